#pragma once

#include <functional>

#include "compiler/ir/graph.h"
#include "compiler/passes/pass.h"

namespace lithe::passes {

/// Whether Winograd's way on the phases of the image, and what it costs to sort them, is estimated
/// to beat the convolution as it is: one with a dilation of known size, strides of 1 and one group.
bool pays_in_phases(ir::Graph& graph, const ir::Node& conv, const Machine& machine);

/// Along an axis whose dilation is d a pixel meets every d-th one alone: as many images as phases,
/// `convolve`d without a dilation, and the results back in their places. A line is one image whose
/// lines are d pixels wide: where d divides its length nothing moves in memory.
ir::Value in_phases(ir::Graph& graph, const ir::Node& conv,
                    const std::function<ir::Value(ir::Node&)>& convolve);

}  // namespace lithe::passes
