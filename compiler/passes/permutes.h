#pragma once

#include "compiler/ir/graph.h"

namespace lithe::passes {

/// Whether a permute in this order moves nothing.
bool is_identity(const Shape& order);
/// The order with the axes of matrices, the last two, swapped.
Shape with_matrices_turned(Shape order);

/// x in another order of axes; x itself where that is the one it has.
ir::Value permuted(ir::Graph& graph, ir::Value x, const Shape& order);
/// The matrices of x transposed; a permute that is there already takes the other in.
ir::Value with_matrices_turned(ir::Graph& graph, ir::Value x);

}  // namespace lithe::passes
