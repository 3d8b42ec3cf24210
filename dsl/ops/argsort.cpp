// argsort(x) {axis, descending} = the indices that sort x along the axis; stable, NaN is largest
#include <algorithm>
#include <numeric>

#include "dsl/autograd.h"
#include "dsl/axis.h"
#include "dsl/lower_math.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"

namespace lithe {
namespace {

TensorTypes infer(const OpCall& call) {
    checked_axis(call);
    return TensorType{DType::i64, call.input(0).shape};
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const AxisSplit split(in[0], call.attrs.get_int("axis"));
    const bool descending = call.attrs.get_bool("descending");
    std::vector<int64_t> order(static_cast<size_t>(split.size));
    visit(in[0].dtype(), [&]<class T>(T) {
        split.for_each_line([&](int64_t at) {
            const T* x = in[0].data<T>() + at;
            std::iota(order.begin(), order.end(), int64_t{0});
            std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
                const T u = x[a * split.inner], v = x[b * split.inner];
                return descending ? less_or_nan(v, u) : less_or_nan(u, v);
            });
            int64_t* y = out[0].data<int64_t>() + at;
            for (size_t i = 0; i < order.size(); ++i)
                y[static_cast<int64_t>(i) * split.inner] = order[i];
        });
    });
}

/// Rank by counting: element j stands at the number of elements that come before it.
Halide::Expr lower(const LowerCall& call) {
    const auto axis = static_cast<size_t>(call.call.attrs.get_int("axis"));
    const bool descending = call.call.attrs.get_bool("descending");
    const auto element = [&](const Halide::Expr& i) {
        Coords from = call.at;
        from[axis] = i;
        return call.in(0, from);
    };
    const auto before = [](const Halide::Expr& a, const Halide::Expr& b) {
        return a < b || (lower_math::is_nan(b) && !lower_math::is_nan(a));
    };
    const Halide::Expr size = call.size(call.call.input(0).shape[axis]);
    return Halide::cast<int64_t>(reduce_max(size, [&](Halide::Expr j) {
        const Halide::Expr x = element(j);
        const Halide::Expr rank = reduce_sum(size, [&](Halide::Expr k) {
            const Halide::Expr other = element(k);
            const Halide::Expr first = descending ? before(x, other) : before(other, x);
            const Halide::Expr last = descending ? before(other, x) : before(x, other);
            return Halide::cast<int>(first || (!last && k < j));
        });
        return select(rank == call.at[axis], j, 0);
    }));
}

}  // namespace

const Op argsort_op = {
    .name = "argsort",
    .trait = Trait::none,
    .infer = infer,
    .reference = reference,
    .lower = lower,
};

Tensor argsort(const Tensor& x, int64_t axis, bool descending) {
    if (x.dim() == 0 || x.numel().is_constant(0)) return zeros(x.sizes(), DType::i64);
    const int at = normalize_axis("argsort", axis, static_cast<int>(x.dim()));
    return apply(argsort_op, {x}, {{"axis", Dim(at)}, {"descending", descending}});
}

}  // namespace lithe
