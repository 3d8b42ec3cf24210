#pragma once

// Shared pieces of im2col and col2im.

#include <string_view>

#include "dsl/ops.h"
#include "dsl/window.h"

namespace lithe::columns {

Attrs attrs(std::string_view op, int64_t rank, const PerAxis& kernel, const PerAxis& dilation,
            const PerAxis& padding, const PerAxis& stride);
/// The number of spatial axes. Errors: <op>.kernel, <op>.stride, <op>.padding, <op>.dilation.
size_t check(const OpCall& call);
/// Windows along each axis of the image. Errors: <op>.size where there are none.
Shape places(const OpCall& call, const Shape& image);
window::Geometry geometry(const OpCall& call, const Shape& image);

}  // namespace lithe::columns
