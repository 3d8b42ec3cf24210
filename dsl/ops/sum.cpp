// sum(x, axes)[i...] = sum of x over the axes; all axes where none are given
#include <algorithm>

#include "dsl/autograd.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "dsl/reduction.h"

namespace lithe {
namespace {

/// The sum of a row, eight places at a time.
template <class Total, class T>
Total row_total(const T* x, int64_t count) {
    constexpr int64_t lanes = 8;
    Total totals[lanes] = {};
    int64_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        for (int64_t k = 0; k < lanes; ++k) totals[k] += static_cast<Total>(x[i + k]);
    }
    for (; i < count; ++i) totals[i % lanes] += static_cast<Total>(x[i]);
    for (int64_t half = lanes / 2; half > 0; half /= 2) {
        for (int64_t k = 0; k < half; ++k) totals[k] += totals[k + half];
    }
    return totals[0];
}

/// Floats are summed in f64, so that long sums keep their digits.
void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    visit(call.input(0).dtype, [&]<class T>(T) {
        using Total = std::conditional_t<std::is_floating_point_v<T>, double, int64_t>;
        std::vector<Total> totals(static_cast<size_t>(out[0].count()), Total(0));
        const T* x = in[0].data<T>();
        reduction::for_each_row(call, in[0], [&](int64_t i, int64_t o, int64_t n, int64_t step) {
            Total* total = totals.data() + o;
            if (step == 0) {
                *total += row_total<Total>(x + i, n);
            } else {
                for (int64_t k = 0; k < n; ++k) total[k] += static_cast<Total>(x[i + k]);
            }
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
