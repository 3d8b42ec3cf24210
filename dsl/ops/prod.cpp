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
Tensors gradient(const GradientCall& g) {
    const Sizes axes = g.call.attrs.get_ints("axes");
    const Tensor zero = g.x() == 0, one = ones_like(g.x());
    const Tensor zeros_beside = sum(zero, axes, true);
    const Tensor others = where(zero, one, g.x());
    const Tensor product = prod(others, axes, true);
    const Tensor factor = where(zeros_beside == 0, product / others,
                                where(logical_and(zero, zeros_beside == 1), product, one * 0));
    return {reduction::spread(g.call, g.dy()) * factor};
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
