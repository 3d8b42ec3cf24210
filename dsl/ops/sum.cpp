// sum(x, axes)[i...] = sum of x over the axes; all axes where none are given
#include <algorithm>

#include "dsl/autograd.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "dsl/reduction.h"

namespace lithe {
namespace {

/// Floats are summed in f64, so that long sums keep their digits.
void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    visit(call.input(0).dtype, [&]<class T>(T) {
        using Total = std::conditional_t<std::is_floating_point_v<T>, double, int64_t>;
        std::vector<Total> totals(static_cast<size_t>(out[0].count()), Total(0));
        const T* x = in[0].data<T>();
        reduction::for_each(call, in[0], [&](int64_t i, int64_t o) {
            totals[static_cast<size_t>(o)] += static_cast<Total>(x[i]);
        });
        std::transform(totals.begin(), totals.end(), out[0].data<T>(),
                       [](Total total) { return static_cast<T>(total); });
    });
}

Tensors gradient(const GradientCall& g) { return {reduction::spread(g.call, g.dy())}; }

Halide::Expr lower(const LowerCall& call) { return reduction::lower(call, reduce_sum); }

}  // namespace

const Op sum_op = {
    .name = "sum",
    .trait = Trait::reduction,
    .infer = reduction::infer,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor sum(const Tensor& x, const Axes& axes, bool keepdim) {
    const Tensor from = is_floating(x.dtype()) ? x : x.to(DType::i64);
    return apply(sum_op, {from}, reduction::attrs("sum", x, axes, keepdim));
}

}  // namespace lithe
