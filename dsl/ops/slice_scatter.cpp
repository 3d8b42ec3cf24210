// slice_scatter(x, y) {axis, begin, size, step} = x with the slice replaced by y
#include "dsl/autograd.h"
#include "dsl/axis.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

TensorTypes infer(const OpCall& call) {
    OpCall sliced = call;
    sliced.op = &slice_op;
    const TensorType want = slice_op.infer(sliced)[0];
    if (!same(want, call.input(1))) {
        throw UserError("slice_scatter.source", "slice_scatter: the slice is " + want.str() +
                                                    ", the source " + call.input(1).str());
    }
    return call.input(0);
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    out[0].copy_from(in[0]);
    slice_op.view(call, out[0]).copy_from(in[1]);
}

Tensors gradient(const GradientCall& g) {
    const Tensor hole = zeros(g.x(1).sizes(), g.dy().dtype());
    return {g.need(0) ? apply(slice_scatter_op, {g.dy(), hole}, g.call.attrs) : Tensor(),
            g.need(1) ? apply(slice_op, {g.dy()}, g.call.attrs) : Tensor()};
}

Halide::Expr lower(const LowerCall& call) {
    const auto axis = static_cast<size_t>(call.call.attrs.get_int("axis"));
    const Halide::Expr step = static_cast<int>(call.call.attrs.get_int("step"));
    const Halide::Expr size = call.size(call.call.attrs.get_dim("size"));
    const Halide::Expr offset = call.at[axis] - call.size(call.call.attrs.get_dim("begin"));
    const Halide::Expr inside = offset >= 0 && offset % step == 0 && offset / step < size;
    Coords from = call.at;
    from[axis] = clamp(offset / step, 0, max(size - 1, 0));
    return select(inside, call.in(1, from), call.in(0, call.at));
}

}  // namespace

const Op slice_scatter_op = {
    .name = "slice_scatter",
    .trait = Trait::injective,
    .infer = infer,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor slice_scatter(const Tensor& x, const Tensor& y, int64_t axis, std::optional<Dim> begin,
                     std::optional<Dim> end, int64_t step) {
    return apply(slice_scatter_op, {x, y.to(x.dtype())},
                 slice_attrs(x.type(), axis, begin, end, step));
}

}  // namespace lithe
