// nn::functional: convolution, and images as columns.
#pragma once

#include "dsl/layers/conv.h"
#include "dsl/layers/fold.h"

namespace lithe::nn::functional {

template <size_t D>
class ConvFuncOptions {
public:
    LITHE_ARG(Tensor, bias);
    LITHE_ARG(ExpandingArray<D>, stride) = 1;
    LITHE_ARG(ConvPadding<D>, padding) = 0;
    LITHE_ARG(ExpandingArray<D>, dilation) = 1;
    LITHE_ARG(int64_t, groups) = 1;
};
using Conv1dFuncOptions = ConvFuncOptions<1>;
using Conv2dFuncOptions = ConvFuncOptions<2>;
using Conv3dFuncOptions = ConvFuncOptions<3>;

template <size_t D>
class ConvTransposeFuncOptions {
public:
    LITHE_ARG(Tensor, bias);
    LITHE_ARG(ExpandingArray<D>, stride) = 1;
    LITHE_ARG(ExpandingArray<D>, padding) = 0;
    LITHE_ARG(ExpandingArray<D>, output_padding) = 0;
    LITHE_ARG(int64_t, groups) = 1;
    LITHE_ARG(ExpandingArray<D>, dilation) = 1;
};
using ConvTranspose1dFuncOptions = ConvTransposeFuncOptions<1>;
using ConvTranspose2dFuncOptions = ConvTransposeFuncOptions<2>;
using ConvTranspose3dFuncOptions = ConvTransposeFuncOptions<3>;

using FoldFuncOptions = FoldOptions;
using UnfoldFuncOptions = UnfoldOptions;

/// Errors: conv<D>d.padding for `kSame` with a stride; conv.*.
template <size_t D>
Tensor conv(const Tensor& x, const Tensor& weight, const ConvFuncOptions<D>& options);
template <size_t D>
Tensor conv_transpose(const Tensor& x, const Tensor& weight,
                      const ConvTransposeFuncOptions<D>& options);

#define LITHE_CONV(D)                                                                        \
    inline Tensor conv##D##d(const Tensor& x, const Tensor& weight,                          \
                             const Conv##D##dFuncOptions& options = {}) {                    \
        return conv<D>(x, weight, options);                                                  \
    }                                                                                        \
    inline Tensor conv_transpose##D##d(const Tensor& x, const Tensor& weight,                \
                                       const ConvTranspose##D##dFuncOptions& options = {}) { \
        return conv_transpose<D>(x, weight, options);                                        \
    }
LITHE_CONV(1)
LITHE_CONV(2)
LITHE_CONV(3)
#undef LITHE_CONV

/// A convolution along time: x [T, N, C], weight [R, C, K], bias [K], to [T', N, K].
/// Errors: conv_tbc.rank, conv1d.*.
Tensor conv_tbc(const Tensor& x, const Tensor& weight, const Tensor& bias, int64_t pad = 0);

/// Columns [N, C * taps, L] added up to images.
Tensor fold(const Tensor& x, const FoldFuncOptions& options);
/// The windows of images as columns.
Tensor unfold(const Tensor& x, const UnfoldFuncOptions& options);

}  // namespace lithe::nn::functional
