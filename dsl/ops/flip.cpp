// flip(x) {axes}: the order along the axes reversed
#include "dsl/autograd.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

TensorTypes infer(const OpCall& call) {
    for (const int64_t axis : call.attrs.get_ints("axes")) {
        if (axis >= 0 && axis < call.input(0).rank()) continue;
        throw UserError("flip.axis", "flip: axis " + std::to_string(axis) +
                                         " is out of range for " + call.input(0).str());
    }
    return call.input(0);
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    Sizes strides = in[0].strides();
    int64_t offset = 0;
    if (in[0].count() == 0) return;
    for (const int64_t at : call.attrs.get_ints("axes")) {
        const auto axis = static_cast<size_t>(at);
        offset += (in[0].sizes()[axis] - 1) * strides[axis];
        strides[axis] = -strides[axis];
    }
    out[0].copy_from(in[0].view(in[0].sizes(), strides, offset));
}

Tensors gradient(const GradientCall& g) { return {apply(flip_op, {g.dy()}, g.call.attrs)}; }

Halide::Expr lower(const LowerCall& call) {
    Coords from = call.at;
    for (const int64_t at : call.call.attrs.get_ints("axes")) {
        const auto axis = static_cast<size_t>(at);
        from[axis] = call.size(call.call.input(0).shape[axis]) - 1 - from[axis];
    }
    return call.in(0, from);
}

}  // namespace

const Op flip_op = {
    .name = "flip",
    .trait = Trait::injective,
    .infer = infer,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor flip(const Tensor& x, const Axes& axes) {
    Shape list;
    for (const int64_t axis : axes.list()) {
        list.emplace_back(normalize_axis("flip", axis, static_cast<int>(x.dim())));
    }
    return list.empty() || x.dim() == 0 ? x : apply(flip_op, {x}, {{"axes", list}});
}

}  // namespace lithe
