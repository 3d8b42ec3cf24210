#pragma once

#include <string>
#include <vector>

#include "compiler/lower/kernel.h"

namespace lithe::lower {

/// While one lives, no kernel is compiled twice in this process where no folder is given: for
/// programs that compile much the same again and again, as tests do.
class SharedKernels {
public:
    SharedKernels();
    ~SharedKernels();
    SharedKernels(const SharedKernels&) = delete;
    SharedKernels& operator=(const SharedKernels&) = delete;
};

/// The kernel of a group from `folder` by content, or compiled and put there. An empty folder
/// means no cache but that of `SharedKernels`. A damaged entry is compiled anew.
Kernel cached_kernel(const ir::Node& group, const Target& target, const std::string& folder);

/// The symbols of a group's body in the order in which its kernel takes them.
std::vector<std::string> symbols_of(const ir::Node& group);

}  // namespace lithe::lower
