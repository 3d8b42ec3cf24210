#pragma once

#include "compiler/passes/pass.h"

namespace lithe::passes {

/// Whether the weights of a graph's products are more together than the third-level cache keeps
/// from one run to the next: then they come from memory.
bool are_weights_far(const ir::Graph& graph, const Machine& machine);

}  // namespace lithe::passes
