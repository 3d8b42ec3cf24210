#include "dsl/functional/conv.h"

#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe::nn::functional {
namespace {

template <size_t D>
PerAxis axes(const ExpandingArray<D>& values) {
    return PerAxis(values.list());
}

template <size_t D, class... Args>
Tensor conv_of(const Args&... args) {
    if constexpr (D == 1) return lithe::conv1d(args...);
    if constexpr (D == 2) return lithe::conv2d(args...);
    if constexpr (D == 3) return lithe::conv3d(args...);
}

}  // namespace

template <size_t D>
Tensor conv(const Tensor& x, const Tensor& weight, const ConvFuncOptions<D>& options) {
    if (options.padding().is_same) {
        return conv_with_padding(D, x, weight, options.bias(), axes(options.stride()), "same",
                                 axes(options.dilation()), options.groups());
    }
    return conv_of<D>(x, weight, options.bias(), axes(options.stride()),
                      axes(options.padding().widths), axes(options.dilation()), options.groups());
}

template <size_t D>
Tensor conv_transpose(const Tensor& x, const Tensor& weight,
                      const ConvTransposeFuncOptions<D>& options) {
    const auto run = [&](auto function) {
        return function(x, weight, options.bias(), axes(options.stride()), axes(options.padding()),
                        axes(options.output_padding()), options.groups(), axes(options.dilation()));
    };
    if constexpr (D == 1) return run(lithe::conv_transpose1d);
    if constexpr (D == 2) return run(lithe::conv_transpose2d);
    if constexpr (D == 3) return run(lithe::conv_transpose3d);
}

template Tensor conv<1>(const Tensor&, const Tensor&, const ConvFuncOptions<1>&);
template Tensor conv<2>(const Tensor&, const Tensor&, const ConvFuncOptions<2>&);
template Tensor conv<3>(const Tensor&, const Tensor&, const ConvFuncOptions<3>&);
template Tensor conv_transpose<1>(const Tensor&, const Tensor&, const ConvTransposeFuncOptions<1>&);
template Tensor conv_transpose<2>(const Tensor&, const Tensor&, const ConvTransposeFuncOptions<2>&);
template Tensor conv_transpose<3>(const Tensor&, const Tensor&, const ConvTransposeFuncOptions<3>&);

Tensor conv_tbc(const Tensor& x, const Tensor& weight, const Tensor& bias, int64_t pad) {
    if (x.dim() != 3 || weight.dim() != 3) {
        throw UserError("conv_tbc.rank",
                        "conv_tbc: expected an input and a weight of 3 axes, got " +
                            x.type().str() + " and " + weight.type().str());
    }
    const Tensor y = lithe::conv1d(permute(x, {1, 2, 0}), permute(weight, {2, 1, 0}), bias, 1, pad);
    return permute(y, {2, 0, 1});
}

Tensor fold(const Tensor& x, const FoldFuncOptions& options) {
    return lithe::col2im(x, to_shape(options.output_size().list()), axes(options.kernel_size()),
                         axes(options.dilation()), axes(options.padding()), axes(options.stride()));
}

Tensor unfold(const Tensor& x, const UnfoldFuncOptions& options) {
    return lithe::im2col(x, axes(options.kernel_size()), axes(options.dilation()),
                         axes(options.padding()), axes(options.stride()));
}

}  // namespace lithe::nn::functional
