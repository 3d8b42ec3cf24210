// softmax(x) {axis} = exp(x - m) / sum over the axis of exp(x - m), m = max over the axis
#include <cmath>
#include <limits>
#include <vector>

#include "dsl/autograd.h"
#include "dsl/axis.h"
#include "dsl/elementwise.h"
#include "dsl/lower_math_exp.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "dsl/vector_exp.h"

namespace lithe {
namespace {

/// The same as the loops below, of f32 and along the last axis, several elements at a time.
void rows(const AxisSplit& split, const Array& in, const Array& out) {
    std::vector<double> powers(static_cast<size_t>(split.size));
    split.for_each_line([&](int64_t at) {
        const float* x = in.data<float>() + at;
        float* y = out.data<float>() + at;
        const double total = row_powers(x, powers).total;
        for (size_t k = 0; k < powers.size(); ++k) y[k] = static_cast<float>(powers[k] / total);
    });
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const AxisSplit split(in[0], call.attrs.get_int("axis"));
    if (in[0].dtype() == DType::f32 && split.inner == 1) return rows(split, in[0], out[0]);
    visit_float(in[0].dtype(), [&]<class T>(T) {
        split.for_each_line([&](int64_t at) {
            const T* x = in[0].data<T>() + at;
            T* y = out[0].data<T>() + at;
            const int64_t end = split.size * split.inner;
            double most = -std::numeric_limits<double>::infinity(), total = 0;
            for (int64_t k = 0; k < end; k += split.inner) {
                if (less_or_nan<double>(most, x[k])) most = x[k];
            }
            for (int64_t k = 0; k < end; k += split.inner) total += std::exp(x[k] - most);
            for (int64_t k = 0; k < end; k += split.inner) {
                y[k] = static_cast<T>(std::exp(static_cast<double>(x[k]) - most) / total);
            }
        });
    });
}

Tensors gradient(const GradientCall& g) {
    const int64_t axis = g.call.attrs.get_int("axis");
    return {g.y() * (g.dy() - sum(g.dy() * g.y(), axis, /*keepdim=*/true))};
}

Halide::Expr lower(const LowerCall& call) {
    const auto axis = static_cast<size_t>(call.call.attrs.get_int("axis"));
    const auto element = [&](const Halide::Expr& i) {
        Coords from = call.at;
        from[axis] = i;
        return call.in(0, from);
    };
    const Halide::Expr size = call.size(call.call.input(0).shape[axis]);
    // A NaN comes back by the total.
    const Halide::Expr most = reduce_largest(size, element);
    const EachBody power = keep_each(size, [&](const Halide::Expr& i) {
        return lower_math::exp_of_negative(element(i) - most);
    });
    const Halide::Expr total = reduce_sum(size, power);
    return power(call.at[axis]) * (Halide::Internal::make_one(total.type()) / total);
}

}  // namespace

const Op softmax_op = {
    .name = "softmax",
    .trait = Trait::none,
    .infer = elementwise::infer_float_axis,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor softmax(const Tensor& x, int64_t axis, std::optional<DType> dtype) {
    const Tensor from = dtype ? x.to(*dtype) : x;
    if (x.dim() == 0) return reshape(softmax(reshape(from, {1}), 0), {});
    const int at = normalize_axis("softmax", axis, static_cast<int>(x.dim()));
    return apply(softmax_op, {from}, {{"axis", Dim(at)}});
}

}  // namespace lithe
