#include "dsl/layers/vision.h"

#include "dsl/layers/make.h"
#include "dsl/layers/resize.h"
#include "dsl/ops.h"
#include "dsl/repr.h"

namespace lithe::nn {

Resize resize_of(const UpsampleOptions& options, int64_t rank) {
    check_choice("interpolate", "mode", options.mode(),
                 {kNearest, kNearestExact, kLinear, kBilinear, kBicubic, kTrilinear});
    const Choice mode = options.mode();
    const int64_t fits = mode == kLinear ? 1 : mode == kTrilinear ? 3 : 2;
    const bool is_nearest = mode == kNearest || mode == kNearestExact;
    if (!is_nearest && rank != fits) {
        throw UserError("interpolate.mode", "interpolate: mode '" + str(mode) + "' is for " +
                                                std::to_string(fits) + " spatial axes, got " +
                                                std::to_string(rank));
    }
    if (is_nearest && options.align_corners()) {
        throw UserError("interpolate.align_corners",
                        "interpolate: align_corners has no meaning for mode '" + str(mode) + "'");
    }
    if (options.size().has_value() == options.scale_factor().has_value()) {
        throw UserError("interpolate.size",
                        "interpolate: either size or scale_factor should be defined, not both");
    }
    Resize resize;
    if (options.size()) resize.size = to_shape(*options.size());
    if (options.scale_factor()) resize.scale = *options.scale_factor();
    const auto count = static_cast<size_t>(rank);
    if (resize.size.size() == 1) resize.size.resize(count, resize.size[0]);
    if (resize.scale.size() == 1) resize.scale.resize(count, resize.scale[0]);
    resize.mode = mode == kNearest        ? ResizeMode::nearest
                  : mode == kNearestExact ? ResizeMode::nearest_exact
                  : mode == kBicubic      ? ResizeMode::cubic
                                          : ResizeMode::linear;
    resize.align_corners = options.align_corners().value_or(false);
    resize.recompute_scale = options.recompute_scale_factor();
    return resize;
}

UpsampleImpl::UpsampleImpl(const UpsampleOptions& upsample_options) : options(upsample_options) {}

Tensor UpsampleImpl::forward(const Tensor& x) {
    return interpolate(x, resize_of(options, x.dim() - 2));
}

std::string UpsampleImpl::extra_repr() const {
    Repr repr;
    if (options.size()) repr.add("size", *options.size());
    if (options.scale_factor()) {
        std::string factors;
        for (const double factor : *options.scale_factor()) {
            factors += (factors.empty() ? "" : ", ") + python_repr(factor);
        }
        repr.append("scale_factor=(" + factors + ")");
    }
    return repr.append("mode='" + lithe::str(options.mode()) + "'").str();
}

Tensor PixelShuffleImpl::forward(const Tensor& x) { return pixel_shuffle(x, factor); }
std::string PixelShuffleImpl::extra_repr() const {
    return Repr().add("upscale_factor", factor).str();
}

Tensor PixelUnshuffleImpl::forward(const Tensor& x) { return pixel_unshuffle(x, factor); }
std::string PixelUnshuffleImpl::extra_repr() const {
    return Repr().add("downscale_factor", factor).str();
}

Tensor ChannelShuffleImpl::forward(const Tensor& x) { return channel_shuffle(x, groups); }
std::string ChannelShuffleImpl::extra_repr() const { return Repr().add("groups", groups).str(); }

Tensor CosineSimilarityImpl::forward(const Tensor& a, const Tensor& b) {
    return cosine_similarity(a, b, options.dim(), options.eps());
}
std::string CosineSimilarityImpl::extra_repr() const {
    return Repr().add("dim", options.dim()).add("eps", options.eps()).str();
}

Tensor PairwiseDistanceImpl::forward(const Tensor& a, const Tensor& b) {
    return pairwise_distance(a, b, options.p(), options.eps(), options.keepdim());
}
std::string PairwiseDistanceImpl::extra_repr() const {
    return Repr()
        .add("p", options.p())
        .add("eps", options.eps())
        .add("keepdim", options.keepdim())
        .str();
}

}  // namespace lithe::nn
