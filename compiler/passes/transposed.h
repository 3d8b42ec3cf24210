#pragma once

#include <functional>
#include <vector>

#include "compiler/ir/graph.h"
#include "compiler/passes/tuning.h"
#include "compiler/passes/winograd.h"

namespace lithe::passes {

/// What choose_kernels does for it.
struct TransposedHelp {
    /// What replaces a conv.
    std::function<ir::Value(ir::Node&)> convolution;
    /// The index of the way to take for the node, out of some that are named.
    std::function<size_t(const ir::Node&, const std::vector<Way>&)> decide;
    /// Attributes of what computes the node that was decided on, or a part of it.
    WinogradMark marked;
    /// Whether a value is known when weights are loaded.
    std::function<bool(ir::Value)> is_fixed;
};

/// conv_transpose of one to three spatial axes and dilation 1, or stride 1, as a convolution that
/// makes the s x s neighbours of every place as so many times more channels, which are then put
/// where they belong; or as so many convolutions of the same image, also by Winograd's way, where
/// neighbours come from windows apart; groups of several channels one after the other. Nothing
/// where it does not fit.
ir::Value choose_transposed(ir::Graph& graph, ir::Node& node, const Machine& machine,
                            const TransposedHelp& help);

}  // namespace lithe::passes
