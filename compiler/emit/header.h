#pragma once

#include <string>

#include "runtime/artifact.h"

namespace lithe::emit {

/// The text of `<name>.h`: functions of the C ABI, and for C++ a class in `lithe_models` with the
/// model's name in CamelCase. The library exports the tables as `<name>_artifact`.
std::string header_text(const artifact::Artifact& artifact);

/// `text` as an identifier of C and C++: other characters become `_`, one goes in front of a digit
/// and one behind a keyword.
std::string identifier(const std::string& text);

}  // namespace lithe::emit
