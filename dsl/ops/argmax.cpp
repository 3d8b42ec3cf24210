// argmax(x) {axis, keepdim} = the index of the largest element, the first of several; NaN is
// largest
#include "dsl/autograd.h"
#include "dsl/axis.h"
#include "dsl/lower_math.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

TensorTypes infer(const OpCall& call) {
    const auto axis = static_cast<size_t>(checked_axis(call));
    TensorType type{DType::i64, call.input(0).shape};
    if (type.shape[axis].is_constant(0)) {
        throw UserError("argmax.empty", "argmax: axis " + std::to_string(axis) + " of " +
                                            call.input(0).str() + " has no elements");
    }
    type.shape[axis] = 1;
    if (!call.attrs.get_bool("keepdim")) {
        type.shape.erase(type.shape.begin() + static_cast<std::ptrdiff_t>(axis));
    }
    return type;
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const AxisSplit split(in[0], call.attrs.get_int("axis"));
    int64_t* y = out[0].data<int64_t>();
    visit(in[0].dtype(), [&]<class T>(T) {
        split.for_each_line([&](int64_t at) {
            const T* x = in[0].data<T>() + at;
            int64_t best = 0;
            for (int64_t i = 1; i < split.size; ++i) {
                if (less_or_nan(x[best * split.inner], x[i * split.inner])) best = i;
            }
            *y++ = best;
        });
    });
}

/// The largest value first, then the smallest index that holds it: both are plain reductions.
Halide::Expr lower(const LowerCall& call) {
    const auto axis = static_cast<size_t>(call.call.attrs.get_int("axis"));
    Coords line = call.at;
    const auto at = line.begin() + static_cast<std::ptrdiff_t>(axis);
    if (!call.call.attrs.get_bool("keepdim")) line.insert(at, Halide::Expr(0));
    const auto element = [&](const Halide::Expr& i) {
        Coords from = line;
        from[axis] = i;
        return call.in(0, from);
    };
    const Halide::Expr size = call.size(call.call.input(0).shape[axis]);
    const Halide::Expr best = reduce_max(size, element);
    return Halide::cast<int64_t>(reduce_min(size, [&](Halide::Expr i) {
        const Halide::Expr x = element(i);
        return select(x == best || (lower_math::is_nan(x) && lower_math::is_nan(best)), i, size);
    }));
}

}  // namespace

const Op argmax_op = {
    .name = "argmax",
    .trait = Trait::none,
    .infer = infer,
    .reference = reference,
    .lower = lower,
};

Tensor argmax(const Tensor& x, std::optional<int64_t> axis, bool keepdim) {
    if (!axis || x.dim() == 0) {
        const Tensor flat =
            apply(argmax_op, {reshape(x, {-1})}, {{"axis", Dim(0)}, {"keepdim", false}});
        return keepdim ? reshape(flat, Shape(static_cast<size_t>(x.dim()), Dim(1))) : flat;
    }
    const int at = normalize_axis("argmax", *axis, static_cast<int>(x.dim()));
    return apply(argmax_op, {x}, {{"axis", Dim(at)}, {"keepdim", keepdim}});
}

}  // namespace lithe
