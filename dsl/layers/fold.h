#pragma once

#include "dsl/arg.h"
#include "dsl/expanding_array.h"
#include "dsl/holder.h"

namespace lithe::nn {

class FoldOptions {
public:
    FoldOptions(ExpandingArray<2> output_size, ExpandingArray<2> kernel_size)
        : output_size_(output_size), kernel_size_(kernel_size) {}
    LITHE_ARG(ExpandingArray<2>, output_size);
    LITHE_ARG(ExpandingArray<2>, kernel_size);
    LITHE_ARG(ExpandingArray<2>, dilation) = 1;
    LITHE_ARG(ExpandingArray<2>, padding) = 0;
    LITHE_ARG(ExpandingArray<2>, stride) = 1;
};

/// Columns [N, C * taps, L] added up to images [N, C, output_size].  Errors: col2im.*.
class FoldImpl : public Module {
public:
    FoldImpl(ExpandingArray<2> output_size, ExpandingArray<2> kernel_size)
        : FoldImpl(FoldOptions(output_size, kernel_size)) {}
    explicit FoldImpl(const FoldOptions& fold_options) : options(fold_options) {}
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    FoldOptions options;
};
LITHE_MODULE(Fold);

class UnfoldOptions {
public:
    UnfoldOptions(ExpandingArray<2> kernel_size) : kernel_size_(kernel_size) {}
    LITHE_ARG(ExpandingArray<2>, kernel_size);
    LITHE_ARG(ExpandingArray<2>, dilation) = 1;
    LITHE_ARG(ExpandingArray<2>, padding) = 0;
    LITHE_ARG(ExpandingArray<2>, stride) = 1;
};

/// The windows of images [N, C, H, W] as columns [N, C * taps, L].  Errors: im2col.*.
class UnfoldImpl : public Module {
public:
    UnfoldImpl(ExpandingArray<2> kernel_size) : UnfoldImpl(UnfoldOptions(kernel_size)) {}
    explicit UnfoldImpl(const UnfoldOptions& unfold_options) : options(unfold_options) {}
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    UnfoldOptions options;
};
LITHE_MODULE(Unfold);

}  // namespace lithe::nn
