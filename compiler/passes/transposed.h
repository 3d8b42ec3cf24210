#pragma once

#include <functional>
#include <vector>

#include "compiler/ir/graph.h"
#include "compiler/passes/tile.h"

namespace lithe::passes {

/// What choose_kernels does for it.
struct TransposedHelp {
    /// What replaces a conv.
    std::function<ir::Value(ir::Node&)> convolution;
    /// The tile to take for the node, out of some.
    std::function<Tile(const ir::Node&, const std::vector<Tile>&)> decide;
    /// Attributes of what computes the node that was decided on.
    std::function<Attrs(const Attrs&)> marked;
};

/// conv_transpose of two spatial axes, known sizes, one group and dilation 1 as a convolution that
/// makes the s x s neighbours of every place as so many times more channels, which are then put
/// where they belong. Nothing where it does not fit.
ir::Value choose_transposed(ir::Graph& graph, ir::Node& node, const Machine& machine,
                            const TransposedHelp& help);

}  // namespace lithe::passes
