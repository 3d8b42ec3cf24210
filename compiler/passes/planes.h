#pragma once

#include "compiler/passes/pointwise_region.h"

namespace lithe::passes {

/// Whether a convolution in front of the image has left the permute that stands behind it, or rows
/// of pixels are taken as the image.
bool comes_with_channels_last(ir::Value image);

/// Whether a pool or a depthwise convolution is best computed plane by plane, as the author has its
/// image: where a plane_conv makes the image, or neither what makes it nor what reads the result
/// has channels last. The kernels in front of it have been chosen, so that a permute stands behind
/// each.
bool stays_in_planes(const ir::Node& window, const Users& users);

}  // namespace lithe::passes
