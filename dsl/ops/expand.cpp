// expand(x) {shape}: axes of size 1 repeated, new axes in front, without copying
#include "dsl/autograd.h"
#include "dsl/elementwise.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

UserError misfit(const OpCall& call, const Shape& shape) {
    return UserError("expand.shape",
                     "expand: " + call.input(0).str() + " does not expand to " + str(shape));
}

TensorTypes infer(const OpCall& call) {
    const Shape& shape = call.attrs.get_shape("shape");
    const TensorType& x = call.input(0);
    if (shape.size() < x.shape.size()) throw misfit(call, shape);
    const size_t lead = shape.size() - x.shape.size();
    for (size_t i = 0; i < x.shape.size(); ++i) {
        const Dim &from = x.shape[i], &to = shape[lead + i];
        if (!from.is_constant(1) && !same(from, to) && !(from == to)) throw misfit(call, shape);
    }
    return TensorType{x.dtype, shape};
}

Array view(const OpCall& call, const Array& in) {
    const Sizes sizes = constant_sizes(call.attrs.get_shape("shape"));
    Sizes strides(sizes.size(), 0);
    const size_t lead = sizes.size() - in.sizes().size();
    for (size_t i = 0; i < in.sizes().size(); ++i) {
        if (in.sizes()[i] != 1) strides[lead + i] = in.strides()[i];
    }
    return in.view(sizes, strides);
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    out[0].copy_from(view(call, in[0]));
}

Tensors gradient(const GradientCall& g) { return {sum_to(g.dy(), g.x().sizes())}; }

Tensor unview(const OpCall& call, const Tensor& base, const Tensor& result) {
    if (same(base.sizes(), result.sizes())) return result;
    throw UserError("expand.write",
                    "expand: an element that several places of " +
                        str(call.attrs.get_shape("shape")) +
                        " share cannot be written through the view; call clone() first");
}

Halide::Expr lower(const LowerCall& call) { return call(0); }

}  // namespace

const Op expand_op = {
    .name = "expand",
    .trait = Trait::injective | Trait::view,
    .infer = infer,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
    .view = view,
    .unview = unview,
};

Tensor expand(const Tensor& x, const ShapeArg& shape) {
    const Shape have = x.sizes();
    if (same(have, shape)) return x;
    Shape target = shape.shape();
    for (size_t i = 0; i < target.size(); ++i) {
        if (!target[i].is_constant(-1)) continue;
        const size_t from_end = target.size() - i;
        if (from_end > have.size()) {
            throw UserError("expand.new_axis", "expand: -1 stands for a new axis in " + str(shape));
        }
        target[i] = have[have.size() - from_end];
    }
    return apply(expand_op, {x}, {{"shape", target}});
}

}  // namespace lithe
