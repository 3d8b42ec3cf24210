#pragma once

#include <optional>
#include <tuple>

#include "dsl/arg.h"
#include "dsl/expanding_array.h"
#include "dsl/holder.h"

namespace lithe::nn {

template <size_t D>
class MaxUnpoolOptions {
public:
    MaxUnpoolOptions(ExpandingArray<D> kernel_size)
        : kernel_size_(kernel_size), stride_(kernel_size) {}
    LITHE_ARG(ExpandingArray<D>, kernel_size);
    /// The kernel's size unless set.
    LITHE_ARG(ExpandingArray<D>, stride);
    LITHE_ARG(ExpandingArray<D>, padding) = 0;
};
using MaxUnpool1dOptions = MaxUnpoolOptions<1>;
using MaxUnpool2dOptions = MaxUnpoolOptions<2>;
using MaxUnpool3dOptions = MaxUnpoolOptions<3>;

/// Puts values back where max pooling found them, 0 elsewhere.  Errors: max_unpool.*.
template <size_t D>
class MaxUnpoolImpl : public Module {
public:
    MaxUnpoolImpl(ExpandingArray<D> kernel_size)
        : MaxUnpoolImpl(MaxUnpoolOptions<D>(kernel_size)) {}
    explicit MaxUnpoolImpl(const MaxUnpoolOptions<D>& pool_options) : options(pool_options) {}
    /// `output_size`, spatial or whole, chooses among the sizes that the stride leaves open.
    Tensor forward(const Tensor& x, const Tensor& index,
                   const std::optional<Sizes>& output_size = std::nullopt);
    std::string extra_repr() const override;

    MaxUnpoolOptions<D> options;
};

template <size_t D>
class FractionalMaxPoolOptions {
public:
    FractionalMaxPoolOptions(ExpandingArray<D> kernel_size) : kernel_size_(kernel_size) {}
    LITHE_ARG(ExpandingArray<D>, kernel_size);
    /// Either the sizes of the result, or
    LITHE_ARG(std::optional<ExpandingArray<D>>, output_size);
    /// how large it is beside the input, between 0 and 1.
    using ExpandingRatio = ExpandingArray<D, double>;
    LITHE_ARG(std::optional<ExpandingRatio>, output_ratio);
    /// [N, C, D] within 0..1; drawn where not given.
    LITHE_ARG(Tensor, _random_samples);
};
using FractionalMaxPool2dOptions = FractionalMaxPoolOptions<2>;
using FractionalMaxPool3dOptions = FractionalMaxPoolOptions<3>;

/// Maxima of windows of one size at random distances.  Errors: fractional_max_pool.*.
template <size_t D>
class FractionalMaxPoolImpl : public Module {
public:
    FractionalMaxPoolImpl(ExpandingArray<D> kernel_size)
        : FractionalMaxPoolImpl(FractionalMaxPoolOptions<D>(kernel_size)) {}
    explicit FractionalMaxPoolImpl(const FractionalMaxPoolOptions<D>& pool_options);
    Tensor forward(const Tensor& x);
    std::tuple<Tensor, Tensor> forward_with_indices(const Tensor& x);
    void visit_members(FieldVisitor& visitor) override;

    FractionalMaxPoolOptions<D> options;
};

extern template class MaxUnpoolImpl<1>;
extern template class MaxUnpoolImpl<2>;
extern template class MaxUnpoolImpl<3>;
extern template class FractionalMaxPoolImpl<2>;
extern template class FractionalMaxPoolImpl<3>;

class MaxUnpool1dImpl : public MaxUnpoolImpl<1> {
public:
    using MaxUnpoolImpl::MaxUnpoolImpl;
};
class MaxUnpool2dImpl : public MaxUnpoolImpl<2> {
public:
    using MaxUnpoolImpl::MaxUnpoolImpl;
};
class MaxUnpool3dImpl : public MaxUnpoolImpl<3> {
public:
    using MaxUnpoolImpl::MaxUnpoolImpl;
};
class FractionalMaxPool2dImpl : public FractionalMaxPoolImpl<2> {
public:
    using FractionalMaxPoolImpl::FractionalMaxPoolImpl;
};
class FractionalMaxPool3dImpl : public FractionalMaxPoolImpl<3> {
public:
    using FractionalMaxPoolImpl::FractionalMaxPoolImpl;
};
LITHE_MODULE(MaxUnpool1d);
LITHE_MODULE(MaxUnpool2d);
LITHE_MODULE(MaxUnpool3d);
LITHE_MODULE(FractionalMaxPool2d);
LITHE_MODULE(FractionalMaxPool3d);

}  // namespace lithe::nn
