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
    /// kNearest, kNearestExact, kLinear, kBilinear, kBicubic, kTrilinear
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

/// [N, C r^2, H, W] to [N, C, H r, W r].
class PixelShuffleImpl : public Module {
public:
    explicit PixelShuffleImpl(int64_t upscale_factor) : factor(upscale_factor) {}
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    int64_t factor;
};
LITHE_MODULE(PixelShuffle);

/// The inverse of PixelShuffle.
class PixelUnshuffleImpl : public Module {
public:
    explicit PixelUnshuffleImpl(int64_t downscale_factor) : factor(downscale_factor) {}
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    int64_t factor;
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
