#pragma once

#include "dsl/arg.h"
#include "dsl/choice.h"
#include "dsl/expanding_array.h"
#include "dsl/holder.h"

namespace lithe::nn {

/// How much is added around an image: numbers, `kValid` (nothing), or `kSame` (the output is as
/// large as the input).
template <size_t D>
struct ConvPadding {
    ConvPadding(int64_t all) : widths(all) {}
    ConvPadding(std::initializer_list<int64_t> each) : widths(each) {}
    ConvPadding(const ExpandingArray<D>& each) : widths(each) {}
    ConvPadding(Choice choice) : widths(0), is_same(choice == kSame) {
        check_choice("conv", "padding", choice, {kValid, kSame});
    }
    ExpandingArray<D> widths;
    bool is_same = false;
};

template <size_t D>
class ConvOptions {
public:
    ConvOptions(int64_t in_channels, int64_t out_channels, ExpandingArray<D> kernel_size)
        : in_channels_(in_channels), out_channels_(out_channels), kernel_size_(kernel_size) {}
    LITHE_ARG(int64_t, in_channels);
    LITHE_ARG(int64_t, out_channels);
    LITHE_ARG(ExpandingArray<D>, kernel_size);
    LITHE_ARG(ExpandingArray<D>, stride) = 1;
    LITHE_ARG(ConvPadding<D>, padding) = 0;
    LITHE_ARG(ExpandingArray<D>, dilation) = 1;
    LITHE_ARG(int64_t, groups) = 1;
    LITHE_ARG(bool, bias) = true;
    LITHE_ARG(Choice, padding_mode) = kZeros;
    LITHE_ARG(DType, dtype) = DType::f32;
};
using Conv1dOptions = ConvOptions<1>;
using Conv2dOptions = ConvOptions<2>;
using Conv3dOptions = ConvOptions<3>;

template <size_t D>
class ConvTransposeOptions {
public:
    ConvTransposeOptions(int64_t in_channels, int64_t out_channels, ExpandingArray<D> kernel_size)
        : in_channels_(in_channels), out_channels_(out_channels), kernel_size_(kernel_size) {}
    LITHE_ARG(int64_t, in_channels);
    LITHE_ARG(int64_t, out_channels);
    LITHE_ARG(ExpandingArray<D>, kernel_size);
    LITHE_ARG(ExpandingArray<D>, stride) = 1;
    LITHE_ARG(ExpandingArray<D>, padding) = 0;
    LITHE_ARG(ExpandingArray<D>, output_padding) = 0;
    LITHE_ARG(ExpandingArray<D>, dilation) = 1;
    LITHE_ARG(int64_t, groups) = 1;
    LITHE_ARG(bool, bias) = true;
    LITHE_ARG(Choice, padding_mode) = kZeros;
    LITHE_ARG(DType, dtype) = DType::f32;
};
using ConvTranspose1dOptions = ConvTransposeOptions<1>;
using ConvTranspose2dOptions = ConvTransposeOptions<2>;
using ConvTranspose3dOptions = ConvTransposeOptions<3>;

/// Convolution over D spatial axes.
///
/// weight: [out_channels, in_channels / groups, kernel...], bias: [out_channels].
/// Errors: conv.*.
template <size_t D>
class ConvNdImpl : public Module {
public:
    ConvNdImpl(int64_t in_channels, int64_t out_channels, ExpandingArray<D> kernel_size)
        : ConvNdImpl(ConvOptions<D>(in_channels, out_channels, kernel_size)) {}
    explicit ConvNdImpl(const ConvOptions<D>& options);

    /// Draws weight and bias from uniform(-b, b), b = 1 / sqrt(in_channels / groups * taps).
    void reset_parameters();
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;
    void visit_members(FieldVisitor& visitor) override;

    ConvOptions<D> options;
    Tensor weight, bias;
};

/// The transpose of a convolution: what its gradient computes.
///
/// weight: [in_channels, out_channels / groups, kernel...].  Errors: conv_transpose.*.
template <size_t D>
class ConvTransposeNdImpl : public Module {
public:
    ConvTransposeNdImpl(int64_t in_channels, int64_t out_channels, ExpandingArray<D> kernel_size)
        : ConvTransposeNdImpl(ConvTransposeOptions<D>(in_channels, out_channels, kernel_size)) {}
    explicit ConvTransposeNdImpl(const ConvTransposeOptions<D>& options);

    void reset_parameters();
    /// `output_size`, spatial or whole, chooses among the sizes that the stride leaves open.
    Tensor forward(const Tensor& x, const std::optional<Sizes>& output_size = std::nullopt);
    std::string extra_repr() const override;
    void visit_members(FieldVisitor& visitor) override;

    ConvTransposeOptions<D> options;
    Tensor weight, bias;
};

extern template class ConvNdImpl<1>;
extern template class ConvNdImpl<2>;
extern template class ConvNdImpl<3>;
extern template class ConvTransposeNdImpl<1>;
extern template class ConvTransposeNdImpl<2>;
extern template class ConvTransposeNdImpl<3>;

class Conv1dImpl : public ConvNdImpl<1> {
public:
    using ConvNdImpl::ConvNdImpl;
};
class Conv2dImpl : public ConvNdImpl<2> {
public:
    using ConvNdImpl::ConvNdImpl;
};
class Conv3dImpl : public ConvNdImpl<3> {
public:
    using ConvNdImpl::ConvNdImpl;
};
class ConvTranspose1dImpl : public ConvTransposeNdImpl<1> {
public:
    using ConvTransposeNdImpl::ConvTransposeNdImpl;
};
class ConvTranspose2dImpl : public ConvTransposeNdImpl<2> {
public:
    using ConvTransposeNdImpl::ConvTransposeNdImpl;
};
class ConvTranspose3dImpl : public ConvTransposeNdImpl<3> {
public:
    using ConvTransposeNdImpl::ConvTransposeNdImpl;
};
LITHE_MODULE(Conv1d);
LITHE_MODULE(Conv2d);
LITHE_MODULE(Conv3d);
LITHE_MODULE(ConvTranspose1d);
LITHE_MODULE(ConvTranspose2d);
LITHE_MODULE(ConvTranspose3d);

}  // namespace lithe::nn
