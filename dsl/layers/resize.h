#pragma once

#include "dsl/layers/vision.h"
#include "dsl/ops.h"

namespace lithe::nn {

/// The arguments of interpolate() for an image of `rank` spatial axes. Errors: interpolate.mode,
/// interpolate.align_corners, interpolate.size.
Resize resize_of(const UpsampleOptions& options, int64_t rank);

}  // namespace lithe::nn
