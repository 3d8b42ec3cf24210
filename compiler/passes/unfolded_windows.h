#pragma once

#include <functional>

#include "compiler/ir/graph.h"
#include "compiler/passes/pass.h"
#include "compiler/passes/tile.h"

namespace lithe::passes {

/// Whether a convolution of few pixels, whose lines `tile` fits badly, has sums so long, and so
/// many filters, that a copy of every window costs little beside what a product gains, and
/// registers are few.
bool pays_with_unfolded_windows(const ir::Node& conv, const Tile& tile, const Machine& machine);

/// Such a convolution as a product, `multiply`ed, of a row for each window:
///
///   conv(x, w)  ->  linear(cat(slice(pad(x)) of every tap, channels last), w of taps and channels)
ir::Value with_unfolded_windows(ir::Graph& graph, const ir::Node& conv,
                                const std::function<ir::Value(ir::Node&)>& multiply);

}  // namespace lithe::passes
