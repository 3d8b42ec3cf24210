#pragma once

#include <string>
#include <vector>

#include "compiler/lower/kernel.h"

namespace lithe::lower {

/// The kernel of a group from `folder` by content, or compiled and put there. An empty folder
/// means no cache. A damaged entry is compiled anew.
Kernel cached_kernel(const ir::Node& group, const Target& target, const std::string& folder);

/// The symbols of a group's body in the order in which its kernel takes them.
std::vector<std::string> symbols_of(const ir::Node& group);

}  // namespace lithe::lower
