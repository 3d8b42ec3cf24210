// sum(x, axes)[i...] = sum of x over the axes; all axes where none are given
#include "dsl/autograd.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "dsl/reduction.h"

namespace lithe {
namespace {

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    visit(call.input(0).dtype, [&]<class T>(T) {
        std::fill_n(out[0].data<T>(), out[0].count(), T(0));
        reduction::for_each(call, in[0], out[0], [&](int64_t i, int64_t o) {
            out[0].data<T>()[o] = static_cast<T>(out[0].data<T>()[o] + in[0].data<T>()[i]);
        });
    });
}

Tensors gradient(const GradientCall& g) {
    return {reduction::spread(g.call, g.dy())};
}

Halide::Expr lower(const LowerCall& call) {
    return reduction::lower(call, reduce_sum);
}

}  // namespace

const Op sum_op = {
    .name = "sum",
    .trait = Trait::reduction,
    .infer = reduction::infer,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor sum(const Tensor& x, const Sizes& axes, bool keepdim) {
    const Tensor from = is_floating(x.dtype()) ? x : x.to(DType::i64);
    return apply(sum_op, {from}, reduction::attrs("sum", x, axes, keepdim));
}

}  // namespace lithe
