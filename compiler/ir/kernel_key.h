#pragma once

#include <string>
#include <vector>

#include "compiler/ir/graph.h"

namespace lithe::ir {

/// What makes the kernel of a group: its attributes and its body, without names, lines and module
/// calls; sizes are renamed S0, S1, ... in the order of kernel_symbols(). Groups with equal keys
/// share one kernel.
std::string kernel_key(const Node& group);

/// The sizes that a group's body names, in the order in which they appear in the types of its
/// inputs, then of its nodes and in their attributes: the order of the kernel's arguments.
std::vector<std::string> kernel_symbols(const Node& group);
std::vector<std::string> kernel_symbols(const Graph& body);

}  // namespace lithe::ir
