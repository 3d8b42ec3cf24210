#pragma once

#include "compiler/passes/pointwise_region.h"

namespace lithe::passes {

/// What groups of channels are normalised of, with channels last, where `node` is that norm with
/// its channels apart again, of an image that lies so in memory:
///
///   reshape(layer_norm(reshape(P(x), [n, groups, size])), [n, c, ...])
///
/// P brings channels first. The permute of x; nothing for other nodes.
ir::Node* normed_by_groups(const ir::Node& node, const Users& users);

/// The same of x itself, by sums over the pixels of every channel first: what has channels last
/// stays so.
///
///   (x - m) * rsqrt(mean((x - m)^2) + eps),  m = mean(x)   over the pixels and channels of a group
ir::Value norm_of_groups(ir::Graph& graph, const ir::Node& node);

}  // namespace lithe::passes
