#include "dsl/functional/vision.h"

#include <cmath>

#include "dsl/functional/pooling.h"
#include "dsl/layers/make.h"
#include "dsl/ops.h"

namespace lithe::nn::functional {
namespace {

[[noreturn]] void fail(const char* id, const std::string& text) {
    throw UserError(std::string("interpolate.") + id, "interpolate: " + text);
}

/// kArea is adaptive average pooling to the size asked for.
Tensor resize_by_area(const Tensor& x, const Resize& resize) {
    const int64_t rank = x.dim() - 2;
    Sizes size;
    for (int64_t i = 0; i < rank; ++i) {
        const auto at = static_cast<size_t>(i);
        if (!resize.size.empty()) {
            size.push_back(resize.size[resize.size.size() == 1 ? 0 : at]);
            continue;
        }
        const double scale = resize.scale[resize.scale.size() == 1 ? 0 : at];
        const int64_t have = x.size(2 + i);
        size.push_back(static_cast<int64_t>(std::floor(static_cast<double>(have) * scale)));
    }
    return rank == 1   ? lithe::adaptive_avg_pool1d(x, size)
           : rank == 2 ? lithe::adaptive_avg_pool2d(x, size)
                       : lithe::adaptive_avg_pool3d(x, size);
}

void check_mode(const InterpolateFuncOptions& options, int64_t rank) {
    const Choice mode = options.mode();
    check_choice("interpolate", "mode", mode,
                 {kNearest, kNearestExact, kLinear, kBilinear, kBicubic, kTrilinear, kArea});
    if (rank < 1 || rank > 3)
        fail("rank", "expected 1 to 3 spatial axes, got " + std::to_string(rank));
    const bool is_any = mode == kNearest || mode == kNearestExact || mode == kArea;
    const int64_t fits = mode == kLinear ? 1 : mode == kTrilinear ? 3 : 2;
    if (!is_any && rank != fits) {
        fail("mode", "mode '" + str(mode) + "' is for " + std::to_string(fits) +
                         " spatial axes, got " + std::to_string(rank));
    }
    if (is_any && options.align_corners()) {
        fail("align_corners", "align_corners has no meaning for mode '" + str(mode) + "'");
    }
    if (options.size().has_value() == options.scale_factor().has_value()) {
        fail("size", std::string("either size or scale_factor should be defined, got ") +
                         (options.size() ? "both" : "neither"));
    }
    if (options.antialias() && mode != kBilinear && mode != kBicubic) {
        fail("antialias",
             "antialias is for modes 'bilinear' and 'bicubic', got '" + str(mode) + "'");
    }
    if (options.recompute_scale_factor().value_or(false) && options.size()) {
        fail("recompute_scale_factor",
             "recompute_scale_factor is not meaningful with an explicit size");
    }
}

}  // namespace

InterpolateFuncOptions::InterpolateFuncOptions(const UpsampleOptions& options)
    : size_(options.size()),
      scale_factor_(options.scale_factor()),
      mode_(options.mode()),
      align_corners_(options.align_corners()),
      recompute_scale_factor_(options.recompute_scale_factor()) {}

Tensor pad(const Tensor& x, const PadFuncOptions& options) {
    return lithe::pad(x, options.pad(), pad_mode(options.mode()), options.value());
}

Tensor interpolate(const Tensor& x, const InterpolateFuncOptions& options) {
    check_mode(options, x.dim() - 2);
    const Choice mode = options.mode();
    Resize resize;
    if (options.size()) resize.size = *options.size();
    if (options.scale_factor()) resize.scale = *options.scale_factor();
    resize.mode = mode == kNearest        ? ResizeMode::nearest
                  : mode == kNearestExact ? ResizeMode::nearest_exact
                  : mode == kBicubic      ? ResizeMode::cubic
                                          : ResizeMode::linear;
    resize.align_corners = options.align_corners().value_or(false);
    resize.recompute_scale = options.recompute_scale_factor().value_or(false);
    resize.antialias = options.antialias();
    return mode == kArea ? resize_by_area(x, resize) : lithe::interpolate(x, resize);
}

Tensor pixel_shuffle(const Tensor& x, const PixelShuffleFuncOptions& options) {
    return lithe::pixel_shuffle(x, options.upscale_factor());
}
Tensor pixel_unshuffle(const Tensor& x, const PixelUnshuffleFuncOptions& options) {
    return lithe::pixel_unshuffle(x, options.downscale_factor());
}
Tensor channel_shuffle(const Tensor& x, int64_t groups) {
    return lithe::channel_shuffle(x, groups);
}

Tensor native_channel_shuffle(const Tensor& x, int64_t groups) {
    return lithe::channel_shuffle(x, groups);
}
Tensor upsample_nearest(const Tensor& x, const InterpolateFuncOptions& options) {
    return interpolate(x, InterpolateFuncOptions(options).mode(kNearest));
}
Tensor upsample_bilinear(const Tensor& x, const InterpolateFuncOptions& options) {
    return interpolate(x, InterpolateFuncOptions(options).mode(kBilinear).align_corners(true));
}

Tensor grid_sample(const Tensor& x, const Tensor& grid, const GridSampleFuncOptions& options) {
    check_choice("grid_sample", "mode", options.mode(), {kBilinear, kNearest, kBicubic});
    check_choice("grid_sample", "padding_mode", options.padding_mode(),
                 {kZeros, kBorder, kReflection});
    GridSample settings;
    settings.mode = options.mode() == kNearest   ? GridMode::nearest
                    : options.mode() == kBicubic ? GridMode::bicubic
                                                 : GridMode::bilinear;
    settings.padding = options.padding_mode() == kBorder       ? GridPadding::border
                       : options.padding_mode() == kReflection ? GridPadding::reflection
                                                               : GridPadding::zeros;
    settings.align_corners = options.align_corners().value_or(false);
    return lithe::grid_sample(x, grid, settings);
}

Tensor affine_grid(const Tensor& theta, const ShapeArg& size, bool align_corners) {
    return lithe::affine_grid(theta, size, align_corners);
}

}  // namespace lithe::nn::functional
