#pragma once

#include <string>
#include <vector>

namespace lithe::reflect {

/// Of a compiler's flags (g++ or clang), those that change what a source means. Warnings,
/// optimisation and output do not, and g++ has some that clang refuses.
std::vector<std::string> parsing_flags(const std::vector<std::string>& flags);

}  // namespace lithe::reflect
