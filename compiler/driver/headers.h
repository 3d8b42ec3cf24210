#pragma once

#include <filesystem>
#include <string>

namespace lithe::driver {

/// A hash of the headers that a model is compiled with: names and contents of those below
/// `runtime`, `dsl` and `compiler` of a source tree or of an installed include/lithe.
///
/// lithe, lithe-reflect and liblithe.so each hold that of the headers that they were built from.
/// One that is older than the headers would misread what they say, silently.
std::string headers_hash(const std::filesystem::path& root);

/// That of the headers which this library or program was built from.
extern const char* const built_headers_hash;

/// What is wrong where `what` was built from other headers than those of `hash`.
inline std::string other_headers(const std::string& what, const std::string& hash) {
    return what + " was built from other headers than those that the model is compiled with (" +
           built_headers_hash + ", they are " + hash + "); build all of lithe again";
}

}  // namespace lithe::driver
