#pragma once

#include "compiler/passes/transposed.h"

namespace lithe::passes {

/// The result of a conv_transpose whose neighbours have not all as many taps, channels last and of
/// whole rounds of the stride: a convolution for each neighbour. Nothing where sizes are not known.
ir::Value uneven_neighbours(ir::Graph& graph, ir::Node& node, const TransposedHelp& help);

}  // namespace lithe::passes
