#pragma once

#include <span>
#include <string>

#include "runtime/artifact.h"

namespace lithe {

/// The tree as PyTorch prints it. The modules are in named_modules() order, root first.
///
///   LeNet(
///     (conv1): Conv2d(1, 6, kernel_size=(5, 5))
///   )
std::string module_tree_text(std::span<const artifact::Module> modules);

}  // namespace lithe
