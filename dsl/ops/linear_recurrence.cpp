// linear_recurrence(a, b) {axis}: y[.., i, ..] = a[.., i, ..] * y[.., i - 1, ..] + b[.., i, ..]
#include "dsl/autograd.h"
#include "dsl/axis.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "dsl/running.h"
#include "runtime/error.h"

namespace lithe {
namespace {

TensorTypes infer(const OpCall& call) {
    checked_axis(call);
    const TensorType &a = call.input(0), &b = call.input(1);
    if (a.dtype != b.dtype || !same(a.shape, b.shape) || a.dtype == DType::boolean) {
        throw UserError(
            "linear_recurrence.operands",
            "linear_recurrence: expected factors and terms of one type of numbers, got " + a.str() +
                " and " + b.str());
    }
    return b;
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const AxisSplit split(in[0], call.attrs.get_int("axis"));
    visit(in[0].dtype(), [&]<class T>(T) {
        split.for_each_line([&](int64_t at) {
            T last = 0;
            for (int64_t i = 0; i < split.size; ++i) {
                const int64_t place = at + i * split.inner;
                last = static_cast<T>(in[0].data<T>()[place] * last + in[1].data<T>()[place]);
                out[0].data<T>()[place] = last;
            }
        });
    });
}

/// x with its elements one place further along the axis (`by` 1) or one back (-1), 0 where none
/// came from.
Tensor shifted(const Tensor& x, int64_t axis, int64_t by) {
    Shape widths;  // of the last axis first
    for (int64_t i = x.dim() - 1; i > axis; --i) widths.insert(widths.end(), {Dim(0), Dim(0)});
    widths.insert(widths.end(), {Dim(by), Dim(-by)});
    return constant_pad(x, widths);
}

/// G[i] = dy[i] + a[i + 1] G[i + 1], from the end; db = G, da[i] = G[i] y[i - 1].
Tensors gradient(const GradientCall& g) {
    const int64_t axis = g.call.attrs.get_int("axis");
    const Tensor factors = flip(shifted(g.x(0), axis, -1), axis);
    const Tensor total = flip(linear_recurrence(factors, flip(g.dy(), axis), axis), axis);
    return {g.need(0) ? total * shifted(g.y(), axis, 1) : Tensor(), total};
}

/// The sum of all terms so far, each times the factors behind it.
Halide::Expr lower(const LowerCall& call) {
    const auto axis = static_cast<size_t>(call.call.attrs.get_int("axis"));
    const DType dtype = call.out_types[0].dtype;
    const Halide::Expr size = call.size(call.call.input(0).shape[axis]);
    const auto element = [&](int operand, const Halide::Expr& i) {
        Coords from = call.at;
        from[axis] = i;
        return call.in(operand, from);
    };
    return reduce_sum(size, [&](Halide::Expr j) {
        const Halide::Expr behind = reduce_product(size, [&](Halide::Expr k) {
            return select(j < k && k <= call.at[axis], element(0, k), constant(dtype, 1));
        });
        return select(j <= call.at[axis], element(1, j) * behind, constant(dtype, 0));
    });
}

}  // namespace

const Op linear_recurrence_op = {
    .name = "linear_recurrence",
    .trait = Trait::none,
    .infer = infer,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor linear_recurrence(const Tensor& a, const Tensor& b, int64_t axis) {
    const int at = normalize_axis("linear_recurrence", axis, static_cast<int>(b.dim()));
    return apply(linear_recurrence_op, {a, b}, {{"axis", Dim(at)}});
}

}  // namespace lithe
