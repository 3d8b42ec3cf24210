// Second names under which LibTorch knows functions: `torch::arctan`, `torch::concatenate`.
#pragma once

#include "dsl/image_ops.h"
#include "dsl/nn_ops.h"
#include "dsl/ops.h"
#include "dsl/rare_ops.h"

namespace lithe {

inline Tensor arccos(const Tensor& x) { return acos(x); }
inline Tensor arccosh(const Tensor& x) { return acosh(x); }
inline Tensor arcsin(const Tensor& x) { return asin(x); }
inline Tensor arctan(const Tensor& x) { return atan(x); }
inline Tensor arctan2(const Tensor& a, const Tensor& b) { return atan2(a, b); }
inline Tensor arctanh(const Tensor& x) { return atanh(x); }
inline Tensor fix(const Tensor& x) { return trunc(x); }
inline Tensor log_sigmoid(const Tensor& x) { return logsigmoid(x); }
inline Tensor ger(const Tensor& a, const Tensor& b) { return outer(a, b); }

inline Tensor concatenate(const Tensors& parts, int64_t axis = 0) { return cat(parts, axis); }
inline Tensor row_stack(const Tensors& parts) { return vstack(parts); }
inline Tensors split_with_sizes(const Tensor& x, const Sizes& sizes, int64_t axis = 0) {
    return split(x, sizes, axis);
}

inline Tensor reflection_pad1d(const Tensor& x, const ShapeArg& widths) {
    return pad(x, widths, PadMode::reflect);
}
inline Tensor reflection_pad2d(const Tensor& x, const ShapeArg& widths) {
    return pad(x, widths, PadMode::reflect);
}
inline Tensor replication_pad1d(const Tensor& x, const ShapeArg& widths) {
    return pad(x, widths, PadMode::replicate);
}
inline Tensor replication_pad2d(const Tensor& x, const ShapeArg& widths) {
    return pad(x, widths, PadMode::replicate);
}

inline Tensor upsample_nearest1d(const Tensor& x, const ShapeArg& size) {
    return interpolate(x, {.size = size.shape()});
}
inline Tensor upsample_nearest2d(const Tensor& x, const ShapeArg& size) {
    return interpolate(x, {.size = size.shape()});
}
inline Tensor upsample_linear1d(const Tensor& x, const ShapeArg& size, bool align_corners) {
    return interpolate(
        x, {.size = size.shape(), .mode = ResizeMode::linear, .align_corners = align_corners});
}
inline Tensor upsample_bilinear2d(const Tensor& x, const ShapeArg& size, bool align_corners) {
    return interpolate(
        x, {.size = size.shape(), .mode = ResizeMode::linear, .align_corners = align_corners});
}
inline Tensor upsample_bicubic2d(const Tensor& x, const ShapeArg& size, bool align_corners) {
    return interpolate(
        x, {.size = size.shape(), .mode = ResizeMode::cubic, .align_corners = align_corners});
}

}  // namespace lithe
