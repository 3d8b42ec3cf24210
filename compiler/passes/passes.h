#pragma once

#include "compiler/ir/graph.h"

namespace lithe::passes {

/// Removes module_input and module_output, for the plan in which no hook can run.
bool drop_module_boundaries(ir::Graph& graph);

/// Puts every node that computes into a group.
bool group(ir::Graph& graph);

}  // namespace lithe::passes
