#pragma once

#include <string>

namespace lithe::reflect {

/// Where the clang lies, or would lie, whose library this is linked to:
/// `/usr/lib/llvm-19/bin/clang++`.
std::string clang_path();

}  // namespace lithe::reflect
