#include "compiler/passes/passes.h"

namespace lithe::passes {

bool eliminate_dead_nodes(ir::Graph& graph) { return graph.erase_dead() > 0; }

}  // namespace lithe::passes
