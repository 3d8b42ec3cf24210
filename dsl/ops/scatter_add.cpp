// scatter_add(x, index, source) {axis} = x, then for every place of the index, in order:
// y[.., index[.., i, ..], ..] += source[.., i, ..]
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
        throw UserError("scatter_add.source", "scatter_add: the index is " + index.str() +
                                                  " into " + x.str() + ", the source " +
                                                  source.str());
    }
    return x;
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const auto axis = static_cast<size_t>(call.attrs.get_int("axis"));
    indexing::join_sources("scatter_add", in, out[0], axis,
                           []<class T>(T a, T b) { return static_cast<T>(a + b); });
}

Tensors gradient(const GradientCall& g) {
    return {g.dy(), Tensor(),
            g.need(2) ? gather(g.dy(), g.call.attrs.get_int("axis"), g.x(1)) : Tensor()};
}

/// Every element asks all places of the index along its line.
Halide::Expr lower(const LowerCall& call) {
    const auto axis = static_cast<size_t>(call.call.attrs.get_int("axis"));
    const Shape& index = call.call.input(1).shape;
    const DType dtype = call.out_types[0].dtype;
    const Halide::Expr inside = indexing::lower_inside(call, axis);
    const Halide::Expr added = reduce_sum(call.size(index[axis]), [&](Halide::Expr i) {
        const Coords from = indexing::lower_coords(call, axis, i);
        const Halide::Expr hit = inside && call.in(1, from) == call.at[axis];
        return select(hit, call.in(2, from), constant(dtype, 0));
    });
    return reduce_step(Reduce::sum, call.in(0, call.at), added);
}

}  // namespace

const Op scatter_add_op = {
    .name = "scatter_add",
    .trait = Trait::none,
    .infer = infer,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor scatter_add(const Tensor& x, int64_t axis, const Tensor& index, const Tensor& source) {
    const int at = normalize_axis("scatter_add", axis, static_cast<int>(x.dim()));
    Tensor values = source.to(x.dtype());
    const Shape wanted = index.sizes();
    for (size_t i = 0; i < wanted.size() && i < static_cast<size_t>(values.dim()); ++i) {
        values = narrow(values, static_cast<int64_t>(i), 0, wanted[i]);
    }
    return apply(scatter_add_op, {x, index, values}, {{"axis", Dim(at)}});
}

}  // namespace lithe
