#pragma once

#include <optional>
#include <vector>

#include "dsl/arg.h"
#include "dsl/choice.h"
#include "dsl/holder.h"

namespace lithe::nn {

class UpsampleOptions {
public:
    UpsampleOptions() = default;
    /// Sizes of the spatial axes; or
    LITHE_ARG(std::optional<Sizes>, size);
    /// how many times larger they become, one number each.
    LITHE_ARG(std::optional<std::vector<double>>, scale_factor);
    /// kNearest, kNearestExact, kLinear, kBilinear, kBicubic, kTrilinear, kArea
    LITHE_ARG(Choice, mode) = kNearest;
    LITHE_ARG(std::optional<bool>, align_corners);
    LITHE_ARG(bool, recompute_scale_factor) = false;
};

/// Resizes the spatial axes.  Errors: interpolate.*.
class UpsampleImpl : public Module {
public:
    explicit UpsampleImpl(const UpsampleOptions& upsample_options = {});
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    UpsampleOptions options;
};
LITHE_MODULE(Upsample);

/// Upsample with mode 'nearest', to sizes or by factors.
class UpsamplingNearest2dImpl : public UpsampleImpl {
public:
    explicit UpsamplingNearest2dImpl(const UpsampleOptions& upsample_options)
        : UpsampleImpl(UpsampleOptions(upsample_options).mode(kNearest).align_corners({})) {}
};
LITHE_MODULE(UpsamplingNearest2d);

/// Upsample with mode 'bilinear' and align_corners.
class UpsamplingBilinear2dImpl : public UpsampleImpl {
public:
    explicit UpsamplingBilinear2dImpl(const UpsampleOptions& upsample_options)
        : UpsampleImpl(UpsampleOptions(upsample_options).mode(kBilinear).align_corners(true)) {}
};
LITHE_MODULE(UpsamplingBilinear2d);

class PixelShuffleOptions {
public:
    PixelShuffleOptions(int64_t upscale_factor) : upscale_factor_(upscale_factor) {}
    LITHE_ARG(int64_t, upscale_factor);
};

/// [N, C r^2, H, W] to [N, C, H r, W r].
class PixelShuffleImpl : public Module {
public:
    explicit PixelShuffleImpl(int64_t upscale_factor) : options(upscale_factor) {}
    explicit PixelShuffleImpl(const PixelShuffleOptions& shuffle_options)
        : options(shuffle_options) {}
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    PixelShuffleOptions options;
};
LITHE_MODULE(PixelShuffle);

class PixelUnshuffleOptions {
public:
    PixelUnshuffleOptions(int64_t downscale_factor) : downscale_factor_(downscale_factor) {}
    LITHE_ARG(int64_t, downscale_factor);
};

/// The inverse of PixelShuffle.
class PixelUnshuffleImpl : public Module {
public:
    explicit PixelUnshuffleImpl(int64_t downscale_factor) : options(downscale_factor) {}
    explicit PixelUnshuffleImpl(const PixelUnshuffleOptions& shuffle_options)
        : options(shuffle_options) {}
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    PixelUnshuffleOptions options;
};
LITHE_MODULE(PixelUnshuffle);

/// Exchanges channels between groups.
class ChannelShuffleImpl : public Module {
public:
    explicit ChannelShuffleImpl(int64_t group_count) : groups(group_count) {}
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    int64_t groups;
};
LITHE_MODULE(ChannelShuffle);

class CosineSimilarityOptions {
public:
    CosineSimilarityOptions() = default;
    LITHE_ARG(int64_t, dim) = 1;
    LITHE_ARG(double, eps) = 1e-8;
};

/// a . b / max(|a| |b|, eps) along dim.
class CosineSimilarityImpl : public Module {
public:
    explicit CosineSimilarityImpl(const CosineSimilarityOptions& similarity_options = {})
        : options(similarity_options) {}
    Tensor forward(const Tensor& a, const Tensor& b);
    std::string extra_repr() const override;

    CosineSimilarityOptions options;
};
LITHE_MODULE(CosineSimilarity);

class PairwiseDistanceOptions {
public:
    PairwiseDistanceOptions() = default;
    LITHE_ARG(double, p) = 2;
    LITHE_ARG(double, eps) = 1e-6;
    LITHE_ARG(bool, keepdim) = false;
};

/// |a - b + eps|_p over the last axis.
class PairwiseDistanceImpl : public Module {
public:
    explicit PairwiseDistanceImpl(const PairwiseDistanceOptions& distance_options = {})
        : options(distance_options) {}
    Tensor forward(const Tensor& a, const Tensor& b);
    std::string extra_repr() const override;

    PairwiseDistanceOptions options;
};
LITHE_MODULE(PairwiseDistance);

}  // namespace lithe::nn
