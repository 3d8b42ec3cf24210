// prod(x) {axes, keepdim} = the product of x over the axes
#include <algorithm>

#include "dsl/autograd.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "dsl/reduction.h"

namespace lithe {
namespace {

TensorTypes infer(const OpCall& call) { return reduction::infer(call); }

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    visit(call.input(0).dtype, [&]<class T>(T) {
        const T* x = in[0].data<T>();
        T* y = out[0].data<T>();
        std::fill_n(y, out[0].count(), T(1));
        reduction::for_each(call, in[0],
                            [&](int64_t i, int64_t o) { y[o] = static_cast<T>(y[o] * x[i]); });
    });
}

/// Without zeros y / x; beside one zero only that one has a gradient, beside two none.
/// Every factor gets the product of those before it and those behind: without a division, so that
/// zeros have all derivatives too.
Tensors gradient(const GradientCall& g) {
    const Sizes axes = g.call.attrs.get_ints("axes");
    const int64_t rank = g.x().dim();
    Sizes last;
    for (size_t i = 0; i < axes.size(); ++i)
        last.push_back(rank - static_cast<int64_t>(axes.size() - i));
    const Tensor moved = movedim(g.x(), axes, last);
    const Shape whole = moved.sizes();
    Shape rows(whole.begin(), whole.end() - static_cast<std::ptrdiff_t>(axes.size()));
    rows.push_back(
        product(Shape(whole.end() - static_cast<std::ptrdiff_t>(axes.size()), whole.end())));
    const Tensor factors = reshape(moved, rows);
    const Tensor before = cumprod(constant_pad(factors, {1, -1}, 1), -1);
    const Tensor behind = flip(cumprod(constant_pad(flip(factors, -1), {1, -1}, 1), -1), -1);
    const Tensor others = movedim(reshape(before * behind, whole), last, axes);
    return {reduction::spread(g.call, g.dy()) * others};
}

Halide::Expr lower(const LowerCall& call) { return reduction::lower(call, reduce_product); }

}  // namespace

const Op prod_op = {
    .name = "prod",
    .trait = Trait::reduction,
    .infer = infer,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor prod(const Tensor& x, const Axes& axes, bool keepdim) {
    const Tensor from = x.is_floating_point() ? x : x.to(DType::i64);
    return apply(prod_op, {from}, reduction::attrs("prod", x, axes, keepdim));
}

}  // namespace lithe
