// nn::functional: images: padding, resizing, rearranging, sampling.
#pragma once

#include "dsl/layers/padding.h"
#include "dsl/layers/vision.h"

namespace lithe::nn::functional {

class PadFuncOptions {
public:
    /// Widths before and after each axis, in pairs, last axis first; negative ones cut.
    PadFuncOptions(Shape pad) : pad_(std::move(pad)) {}
    LITHE_ARG(Shape, pad);
    /// kConstant, kReflect, kReplicate, kCircular
    LITHE_ARG(Choice, mode) = kConstant;
    LITHE_ARG(double, value) = 0;
};

class InterpolateFuncOptions {
public:
    InterpolateFuncOptions() = default;
    InterpolateFuncOptions(const UpsampleOptions& options);
    /// Sizes of the spatial axes; or
    LITHE_ARG(std::optional<Shape>, size);
    /// how many times larger they become.
    LITHE_ARG(std::optional<std::vector<double>>, scale_factor);
    /// kNearest, kNearestExact, kLinear, kBilinear, kBicubic, kTrilinear, kArea
    LITHE_ARG(Choice, mode) = kNearest;
    LITHE_ARG(std::optional<bool>, align_corners);
    LITHE_ARG(std::optional<bool>, recompute_scale_factor);
    LITHE_ARG(bool, antialias) = false;
};

using PixelShuffleFuncOptions = PixelShuffleOptions;
using PixelUnshuffleFuncOptions = PixelUnshuffleOptions;

class GridSampleFuncOptions {
public:
    /// kBilinear, kNearest, kBicubic
    LITHE_ARG(Choice, mode) = kBilinear;
    /// kZeros, kBorder, kReflection
    LITHE_ARG(Choice, padding_mode) = kZeros;
    LITHE_ARG(std::optional<bool>, align_corners);
};

/// Errors: pad.*.
Tensor pad(const Tensor& x, const PadFuncOptions& options);
/// Errors: interpolate.*.
Tensor interpolate(const Tensor& x, const InterpolateFuncOptions& options);
Tensor pixel_shuffle(const Tensor& x, const PixelShuffleFuncOptions& options);
Tensor pixel_unshuffle(const Tensor& x, const PixelUnshuffleFuncOptions& options);
Tensor channel_shuffle(const Tensor& x, int64_t groups);
Tensor native_channel_shuffle(const Tensor& x, int64_t groups);
/// interpolate under its former names.
Tensor upsample_nearest(const Tensor& x, const InterpolateFuncOptions& options);
Tensor upsample_bilinear(const Tensor& x, const InterpolateFuncOptions& options);
/// Errors: grid_sample.*.
Tensor grid_sample(const Tensor& x, const Tensor& grid, const GridSampleFuncOptions& options = {});
/// Errors: affine_grid.*.
Tensor affine_grid(const Tensor& theta, const ShapeArg& size, bool align_corners = false);

}  // namespace lithe::nn::functional
