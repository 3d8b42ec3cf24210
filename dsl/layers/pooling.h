#pragma once

#include <tuple>

#include "dsl/arg.h"
#include "dsl/expanding_array.h"
#include "dsl/holder.h"

namespace lithe::nn {

template <size_t D>
class MaxPoolOptions {
public:
    MaxPoolOptions(ExpandingArray<D> kernel_size)
        : kernel_size_(kernel_size), stride_(kernel_size) {}
    LITHE_ARG(ExpandingArray<D>, kernel_size);
    /// The kernel's size unless set.
    LITHE_ARG(ExpandingArray<D>, stride);
    LITHE_ARG(ExpandingArray<D>, padding) = 0;
    LITHE_ARG(ExpandingArray<D>, dilation) = 1;
    LITHE_ARG(bool, ceil_mode) = false;
};

template <size_t D>
class AvgPoolOptions {
public:
    AvgPoolOptions(ExpandingArray<D> kernel_size)
        : kernel_size_(kernel_size), stride_(kernel_size) {}
    LITHE_ARG(ExpandingArray<D>, kernel_size);
    LITHE_ARG(ExpandingArray<D>, stride);
    LITHE_ARG(ExpandingArray<D>, padding) = 0;
    LITHE_ARG(bool, ceil_mode) = false;
    LITHE_ARG(bool, count_include_pad) = true;
    LITHE_ARG(std::optional<int64_t>, divisor_override);
};

/// Sizes of the result; none keeps the input's.
template <size_t D>
class AdaptivePoolOptions {
public:
    AdaptivePoolOptions(int64_t all) : output_size_(D, all) {}
    AdaptivePoolOptions(std::initializer_list<int64_t> each) : output_size_(each) {}
    AdaptivePoolOptions(const std::vector<int64_t>& each) : output_size_(each) {}
    AdaptivePoolOptions(std::vector<std::optional<int64_t>> each) : output_size_(each.size()) {
        for (size_t i = 0; i < each.size(); ++i) output_size_[i] = each[i].value_or(keep);
    }
    static constexpr int64_t keep = -1;
    LITHE_ARG(std::vector<int64_t>, output_size);
};

template <size_t D>
class LPPoolOptions {
public:
    LPPoolOptions(double norm_type, ExpandingArray<D> kernel_size)
        : norm_type_(norm_type), kernel_size_(kernel_size), stride_(kernel_size) {}
    LITHE_ARG(double, norm_type);
    LITHE_ARG(ExpandingArray<D>, kernel_size);
    LITHE_ARG(ExpandingArray<D>, stride);
    LITHE_ARG(bool, ceil_mode) = false;
};

/// The largest element under each window.  Errors: max_pool.*.
template <size_t D>
class MaxPoolImpl : public Module {
public:
    MaxPoolImpl(ExpandingArray<D> kernel_size) : MaxPoolImpl(MaxPoolOptions<D>(kernel_size)) {}
    explicit MaxPoolImpl(const MaxPoolOptions<D>& pool_options) : options(pool_options) {}
    Tensor forward(const Tensor& x);
    /// The values, and their indices in each sample's plane.
    std::tuple<Tensor, Tensor> forward_with_indices(const Tensor& x);
    std::string extra_repr() const override;

    MaxPoolOptions<D> options;
};

/// The mean of each window.  Errors: avg_pool.*.
template <size_t D>
class AvgPoolImpl : public Module {
public:
    AvgPoolImpl(ExpandingArray<D> kernel_size) : AvgPoolImpl(AvgPoolOptions<D>(kernel_size)) {}
    explicit AvgPoolImpl(const AvgPoolOptions<D>& pool_options) : options(pool_options) {}
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    AvgPoolOptions<D> options;
};

/// Maxima of windows that divide the image into output_size parts.
template <size_t D>
class AdaptiveMaxPoolImpl : public Module {
public:
    explicit AdaptiveMaxPoolImpl(const AdaptivePoolOptions<D>& pool_options)
        : options(pool_options) {}
    Tensor forward(const Tensor& x);
    std::tuple<Tensor, Tensor> forward_with_indices(const Tensor& x);
    std::string extra_repr() const override;

    AdaptivePoolOptions<D> options;
};

/// Means of windows that divide the image into output_size parts.
template <size_t D>
class AdaptiveAvgPoolImpl : public Module {
public:
    explicit AdaptiveAvgPoolImpl(const AdaptivePoolOptions<D>& pool_options)
        : options(pool_options) {}
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    AdaptivePoolOptions<D> options;
};

/// (sum of x^p over each window)^(1/p), as PyTorch computes it: sign(s) relu(|s|) taken first.
template <size_t D>
class LPPoolImpl : public Module {
public:
    LPPoolImpl(double norm_type, ExpandingArray<D> kernel_size)
        : LPPoolImpl(LPPoolOptions<D>(norm_type, kernel_size)) {}
    explicit LPPoolImpl(const LPPoolOptions<D>& pool_options) : options(pool_options) {}
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    LPPoolOptions<D> options;
};

extern template class MaxPoolImpl<1>;
extern template class MaxPoolImpl<2>;
extern template class MaxPoolImpl<3>;
extern template class AvgPoolImpl<1>;
extern template class AvgPoolImpl<2>;
extern template class AvgPoolImpl<3>;
extern template class AdaptiveMaxPoolImpl<1>;
extern template class AdaptiveMaxPoolImpl<2>;
extern template class AdaptiveMaxPoolImpl<3>;
extern template class AdaptiveAvgPoolImpl<1>;
extern template class AdaptiveAvgPoolImpl<2>;
extern template class AdaptiveAvgPoolImpl<3>;
extern template class LPPoolImpl<1>;
extern template class LPPoolImpl<2>;
extern template class LPPoolImpl<3>;

using MaxPool1dOptions = MaxPoolOptions<1>;
using MaxPool2dOptions = MaxPoolOptions<2>;
using MaxPool3dOptions = MaxPoolOptions<3>;
using AvgPool1dOptions = AvgPoolOptions<1>;
using AvgPool2dOptions = AvgPoolOptions<2>;
using AvgPool3dOptions = AvgPoolOptions<3>;
using AdaptiveMaxPool1dOptions = AdaptivePoolOptions<1>;
using AdaptiveMaxPool2dOptions = AdaptivePoolOptions<2>;
using AdaptiveMaxPool3dOptions = AdaptivePoolOptions<3>;
using AdaptiveAvgPool1dOptions = AdaptivePoolOptions<1>;
using AdaptiveAvgPool2dOptions = AdaptivePoolOptions<2>;
using AdaptiveAvgPool3dOptions = AdaptivePoolOptions<3>;
using LPPool1dOptions = LPPoolOptions<1>;
using LPPool2dOptions = LPPoolOptions<2>;
using LPPool3dOptions = LPPoolOptions<3>;

class MaxPool1dImpl : public MaxPoolImpl<1> {
public:
    using MaxPoolImpl::MaxPoolImpl;
};
class MaxPool2dImpl : public MaxPoolImpl<2> {
public:
    using MaxPoolImpl::MaxPoolImpl;
};
class MaxPool3dImpl : public MaxPoolImpl<3> {
public:
    using MaxPoolImpl::MaxPoolImpl;
};
class AvgPool1dImpl : public AvgPoolImpl<1> {
public:
    using AvgPoolImpl::AvgPoolImpl;
};
class AvgPool2dImpl : public AvgPoolImpl<2> {
public:
    using AvgPoolImpl::AvgPoolImpl;
};
class AvgPool3dImpl : public AvgPoolImpl<3> {
public:
    using AvgPoolImpl::AvgPoolImpl;
};
class AdaptiveMaxPool1dImpl : public AdaptiveMaxPoolImpl<1> {
public:
    using AdaptiveMaxPoolImpl::AdaptiveMaxPoolImpl;
};
class AdaptiveMaxPool2dImpl : public AdaptiveMaxPoolImpl<2> {
public:
    using AdaptiveMaxPoolImpl::AdaptiveMaxPoolImpl;
};
class AdaptiveMaxPool3dImpl : public AdaptiveMaxPoolImpl<3> {
public:
    using AdaptiveMaxPoolImpl::AdaptiveMaxPoolImpl;
};
class AdaptiveAvgPool1dImpl : public AdaptiveAvgPoolImpl<1> {
public:
    using AdaptiveAvgPoolImpl::AdaptiveAvgPoolImpl;
};
class AdaptiveAvgPool2dImpl : public AdaptiveAvgPoolImpl<2> {
public:
    using AdaptiveAvgPoolImpl::AdaptiveAvgPoolImpl;
};
class AdaptiveAvgPool3dImpl : public AdaptiveAvgPoolImpl<3> {
public:
    using AdaptiveAvgPoolImpl::AdaptiveAvgPoolImpl;
};
class LPPool1dImpl : public LPPoolImpl<1> {
public:
    using LPPoolImpl::LPPoolImpl;
};
class LPPool2dImpl : public LPPoolImpl<2> {
public:
    using LPPoolImpl::LPPoolImpl;
};
class LPPool3dImpl : public LPPoolImpl<3> {
public:
    using LPPoolImpl::LPPoolImpl;
};
LITHE_MODULE(MaxPool1d);
LITHE_MODULE(MaxPool2d);
LITHE_MODULE(MaxPool3d);
LITHE_MODULE(AvgPool1d);
LITHE_MODULE(AvgPool2d);
LITHE_MODULE(AvgPool3d);
LITHE_MODULE(AdaptiveMaxPool1d);
LITHE_MODULE(AdaptiveMaxPool2d);
LITHE_MODULE(AdaptiveMaxPool3d);
LITHE_MODULE(AdaptiveAvgPool1d);
LITHE_MODULE(AdaptiveAvgPool2d);
LITHE_MODULE(AdaptiveAvgPool3d);
LITHE_MODULE(LPPool1d);
LITHE_MODULE(LPPool2d);
LITHE_MODULE(LPPool3d);

}  // namespace lithe::nn
