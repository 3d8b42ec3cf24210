// cummax_index(x) {axis}[.., i, ..] = the last index of the largest of x[.., 0 .. i, ..]; NaN is
// largest
#include "dsl/autograd.h"
#include "dsl/axis.h"
#include "dsl/lower_math.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "dsl/running.h"

namespace lithe {
namespace {

TensorTypes infer(const OpCall& call) {
    checked_axis(call);
    return TensorType{DType::i64, call.input(0).shape};
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const AxisSplit split(in[0], call.attrs.get_int("axis"));
    visit(in[0].dtype(), [&]<class T>(T) {
        split.for_each_line([&](int64_t at) {
            const T* x = in[0].data<T>() + at;
            int64_t* y = out[0].data<int64_t>() + at;
            int64_t best = 0;
            for (int64_t i = 0; i < split.size; ++i) {
                if (!less_or_nan(x[i * split.inner], x[best * split.inner])) best = i;
                y[i * split.inner] = best;
            }
        });
    });
}

/// The last of the elements so far that none of them exceeds.
Halide::Expr lower(const LowerCall& call) {
    const auto axis = static_cast<size_t>(call.call.attrs.get_int("axis"));
    const Halide::Expr size = call.size(call.call.input(0).shape[axis]);
    const auto element = [&](const Halide::Expr& i) {
        Coords from = call.at;
        from[axis] = i;
        return call.in(0, from);
    };
    return Halide::cast<int64_t>(reduce_max(size, [&](Halide::Expr j) {
        const Halide::Expr x = element(j);
        const Halide::Expr larger = reduce_sum(size, [&](Halide::Expr k) {
            const Halide::Expr other = element(k);
            const Halide::Expr exceeds =
                x < other || (lower_math::is_nan(other) && !lower_math::is_nan(x));
            return Halide::cast<int>(exceeds && k <= call.at[axis]);
        });
        return select(j <= call.at[axis] && larger == 0, j, 0);
    }));
}

}  // namespace

const Op cummax_index_op = {
    .name = "cummax_index",
    .trait = Trait::none,
    .infer = infer,
    .reference = reference,
    .lower = lower,
};

Tensor cummax_index(const Tensor& x, int64_t axis) {
    const int at = normalize_axis("cummax", axis, static_cast<int>(x.dim()));
    return apply(cummax_index_op, {x.detach()}, {{"axis", Dim(at)}});
}

}  // namespace lithe
