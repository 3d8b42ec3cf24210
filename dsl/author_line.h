#pragma once

#include <span>
#include <string>

namespace lithe {

/// `model.h:42` of the innermost frame outside of lithe, empty where there is no debug line.
std::string author_line(std::span<void* const> stack);

}  // namespace lithe
