// scatter(x, index, source) {axis} = x, then for every place of the index, in order:
// y[.., index[.., i, ..], ..] = source[.., i, ..]
#include "dsl/autograd.h"
#include "dsl/indexing_loops.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

TensorTypes infer(const OpCall& call) {
    indexing::check_index(call);
    const TensorType &x = call.input(0), &index = call.input(1), &source = call.input(2);
    if (source.dtype != x.dtype || !same(source.shape, index.shape)) {
        throw UserError("scatter.source", "scatter: the index is " + index.str() + " into " +
                                              x.str() + ", the source " + source.str());
    }
    return x;
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const auto axis = static_cast<size_t>(call.attrs.get_int("axis"));
    indexing::join_sources("scatter", in, out[0], axis,
                           []<class T>(T, T source) { return source; });
}

Tensors gradient(const GradientCall& g) {
    const int64_t axis = g.call.attrs.get_int("axis");
    const Tensor nothing = zeros(g.x(1).sizes(), g.dy().dtype());
    return {g.need(0) ? scatter(g.dy(), axis, g.x(1), nothing) : Tensor(), Tensor(),
            g.need(2) ? gather(g.dy(), axis, g.x(1)) : Tensor()};
}

/// Every element looks for the last place of the index along its line that names it.
Halide::Expr lower(const LowerCall& call) {
    const auto axis = static_cast<size_t>(call.call.attrs.get_int("axis"));
    const Shape& index = call.call.input(1).shape;
    const Halide::Expr inside = indexing::lower_inside(call, axis);
    const Halide::Expr last = reduce_max(call.size(index[axis]), [&](Halide::Expr i) {
        const Coords from = indexing::lower_coords(call, axis, i);
        return select(inside && call.in(1, from) == call.at[axis], i, -1);
    });
    // Bounded on both sides, so that Halide sees which part of the source is read.
    const Halide::Expr place = Halide::clamp(last, 0, max(call.size(index[axis]) - 1, 0));
    const Coords from = indexing::lower_coords(call, axis, place);
    return select(last >= 0, call.in(2, from), call.in(0, call.at));
}

}  // namespace

const Op scatter_op = {
    .name = "scatter",
    .trait = Trait::none,
    .infer = infer,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor scatter(const Tensor& x, int64_t axis, const Tensor& index, const Tensor& source) {
    const int at = normalize_axis("scatter", axis, static_cast<int>(x.dim()));
    Tensor values = source.to(x.dtype());
    const Shape wanted = index.sizes();
    for (size_t i = 0; i < wanted.size() && i < static_cast<size_t>(values.dim()); ++i) {
        values = narrow(values, static_cast<int64_t>(i), 0, wanted[i]);
    }
    return apply(scatter_op, {x, index, values}, {{"axis", Dim(at)}});
}

Tensor scatter(const Tensor& x, int64_t axis, const Tensor& index, const Scalar& value) {
    return scatter(x, axis, index, full(index.sizes(), value, x.dtype()));
}

}  // namespace lithe
