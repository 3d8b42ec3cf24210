#pragma once

#include <functional>

#include "compiler/ir/graph.h"
#include "compiler/passes/pass.h"

namespace lithe::passes {

/// Whether a convolution of one tap skips pixels of an image of short lines, and registers are few:
/// pixels that lie side by side fill tiles whatever the lines are, and share no sets of a cache.
bool pays_with_picked_pixels(const ir::Node& conv, const Machine& machine);

/// Such a convolution as one of every pixel of a copy, `convolve`d:
///
///   conv(x, w) {stride}  ->  conv(slice(slice(x) {axis = 2, step}) {axis = 3, step}, w)
ir::Value with_picked_pixels(ir::Graph& graph, const ir::Node& conv,
                             const std::function<ir::Value(ir::Node&)>& convolve);

}  // namespace lithe::passes
