#pragma once

#include <optional>

#include "dsl/arg.h"
#include "dsl/holder.h"

namespace lithe::nn {

class LayerNormOptions {
public:
    LayerNormOptions(Sizes normalized_shape) : normalized_shape_(std::move(normalized_shape)) {}
    LITHE_ARG(Sizes, normalized_shape);
    LITHE_ARG(double, eps) = 1e-5;
    LITHE_ARG(bool, elementwise_affine) = true;
    LITHE_ARG(DType, dtype) = DType::f32;
    LITHE_ARG(bool, bias) = true;
};

/// (x - mean) / sqrt(var + eps) * weight + bias over the last axes; biased variance.
///
/// weight, bias: normalized_shape.  Errors: layer_norm.shape.
class LayerNormImpl : public Module {
public:
    LayerNormImpl(Sizes normalized_shape) : LayerNormImpl(LayerNormOptions(normalized_shape)) {}
    explicit LayerNormImpl(int64_t size) : LayerNormImpl(LayerNormOptions({size})) {}
    LayerNormImpl(int64_t size, double eps) : LayerNormImpl(LayerNormOptions({size}).eps(eps)) {}
    explicit LayerNormImpl(const LayerNormOptions& options);

    void reset_parameters();
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;
    void visit_members(FieldVisitor& visitor) override;

    LayerNormOptions options;
    Tensor weight, bias;
};
LITHE_MODULE(LayerNorm);

class RMSNormOptions {
public:
    RMSNormOptions(Sizes normalized_shape) : normalized_shape_(std::move(normalized_shape)) {}
    LITHE_ARG(Sizes, normalized_shape);
    /// The least difference between numbers of x's dtype where not set.
    LITHE_ARG(std::optional<double>, eps);
    LITHE_ARG(bool, elementwise_affine) = true;
    LITHE_ARG(DType, dtype) = DType::f32;
};

/// x / sqrt(mean(x^2) + eps) * weight over the last axes.
class RMSNormImpl : public Module {
public:
    RMSNormImpl(Sizes normalized_shape) : RMSNormImpl(RMSNormOptions(normalized_shape)) {}
    explicit RMSNormImpl(int64_t size) : RMSNormImpl(RMSNormOptions({size})) {}
    explicit RMSNormImpl(const RMSNormOptions& options);

    void reset_parameters();
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;
    void visit_members(FieldVisitor& visitor) override;

    RMSNormOptions options;
    Tensor weight;
};
LITHE_MODULE(RMSNorm);

class GroupNormOptions {
public:
    GroupNormOptions(int64_t num_groups, int64_t num_channels)
        : num_groups_(num_groups), num_channels_(num_channels) {}
    LITHE_ARG(int64_t, num_groups);
    LITHE_ARG(int64_t, num_channels);
    LITHE_ARG(double, eps) = 1e-5;
    LITHE_ARG(bool, affine) = true;
    /// Of an affine layer.
    LITHE_ARG(bool, bias) = true;
    LITHE_ARG(DType, dtype) = DType::f32;
};

/// Normalises each group of channels of each sample. Errors: group_norm.groups.
class GroupNormImpl : public Module {
public:
    GroupNormImpl(int64_t num_groups, int64_t num_channels)
        : GroupNormImpl(GroupNormOptions(num_groups, num_channels)) {}
    explicit GroupNormImpl(const GroupNormOptions& options);

    void reset_parameters();
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;
    void visit_members(FieldVisitor& visitor) override;

    GroupNormOptions options;
    Tensor weight, bias;
};
LITHE_MODULE(GroupNorm);

class LocalResponseNormOptions {
public:
    LocalResponseNormOptions(int64_t size) : size_(size) {}
    LITHE_ARG(int64_t, size);
    LITHE_ARG(double, alpha) = 1e-4;
    LITHE_ARG(double, beta) = 0.75;
    LITHE_ARG(double, k) = 1;
};
using CrossMapLRN2dOptions = LocalResponseNormOptions;

/// x / (k + alpha / size * sum over `size` neighbouring channels of x^2)^beta.
class LocalResponseNormImpl : public Module {
public:
    explicit LocalResponseNormImpl(int64_t size) : options(size) {}
    explicit LocalResponseNormImpl(const LocalResponseNormOptions& norm_options)
        : options(norm_options) {}
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    LocalResponseNormOptions options;
};
LITHE_MODULE(LocalResponseNorm);

/// The same over images [N, C, H, W], the window symmetric for an even size too.
class CrossMapLRN2dImpl : public LocalResponseNormImpl {
public:
    using LocalResponseNormImpl::LocalResponseNormImpl;
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;
};
LITHE_MODULE(CrossMapLRN2d);

}  // namespace lithe::nn
