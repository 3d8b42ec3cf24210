#pragma once

#include <functional>

#include "compiler/ir/graph.h"
#include "compiler/passes/pass.h"

namespace lithe::passes {

/// Whether Winograd's way on the slices of a volume, and what it costs to put them side by side, is
/// estimated to beat the convolution of three spatial axes as it is.
bool pays_as_images(const ir::Node& conv, const Machine& machine);

/// The slices that the taps in depth meet as further channels of one image: `convolve`d, the
/// results are the slices of the volume.
ir::Value as_images(ir::Graph& graph, const ir::Node& conv,
                    const std::function<ir::Value(ir::Node&)>& convolve);

}  // namespace lithe::passes
