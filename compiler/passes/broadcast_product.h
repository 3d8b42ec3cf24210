#pragma once

#include <functional>

#include "compiler/ir/graph.h"

namespace lithe::passes {

/// Whether the axes in front of the matrices are the same in both operands, or w is one matrix.
bool has_equal_leads(const ir::Node& matmul);

/// Another product as one whose operands have the same axes in front, `multiply`d: axes that w
/// lacks, or has once, become rows, so that w is read once for all of them; those that x lacks are
/// repeated.
///
///   matmul(x: [N, H, M, K], w: [H, K, C])  ->  permute(reshape(matmul(
///       reshape(permute(x): [H, N, M, K]): [H, N * M, K], w)): [H, N, M, C])
///
/// Nothing where there are too few rows to arrange anything for them.
ir::Value with_equal_leads(ir::Graph& graph, const ir::Node& matmul,
                           const std::function<ir::Value(ir::Node&)>& multiply);

}  // namespace lithe::passes
