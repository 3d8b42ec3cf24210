// amin(x) {axes, keepdim} = the smallest element over the axes; NaN where one is
#include <algorithm>

#include "dsl/autograd.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "dsl/reduction.h"

namespace lithe {
namespace {

TensorTypes infer(const OpCall& call) { return reduction::infer_nonempty(call); }

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    visit(call.input(0).dtype, [&]<class T>(T) {
        const T* x = in[0].data<T>();
        T* y = out[0].data<T>();
        std::fill_n(y, out[0].count(), reduction::highest<T>());
        reduction::for_each(call, in[0], [&](int64_t i, int64_t o) {
            if (x[i] < y[o] || x[i] != x[i]) y[o] = x[i];
        });
    });
}

/// Equal extremes share the gradient.
Tensors gradient(const GradientCall& g) {
    const Tensor y = reduction::spread(g.call, g.y());
    const Tensor chosen = eq(g.x(), y).to(g.dy().dtype());
    const Tensor count = sum(chosen, g.call.attrs.get_ints("axes"), /*keepdim=*/true);
    return {reduction::spread(g.call, g.dy()) * chosen / count};
}

Halide::Expr lower(const LowerCall& call) { return reduction::lower(call, reduce_min); }

}  // namespace

const Op amin_op = {
    .name = "amin",
    .trait = Trait::reduction,
    .infer = infer,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor amin(const Tensor& x, const Axes& axes, bool keepdim) {
    return apply(amin_op, {x}, reduction::attrs("amin", x, axes, keepdim));
}

}  // namespace lithe
