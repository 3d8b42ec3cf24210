// minimum(a, b) = the smaller one; NaN where either is NaN
#include "dsl/autograd.h"
#include "dsl/elementwise.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"

namespace lithe {
namespace {

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    visit(call.input(0).dtype, [&]<class T>(T) {
        elementwise::map_binary<T>(in, out, [](T a, T b) { return a != a || a < b ? a : b; });
    });
}

Tensors gradient(const GradientCall& g) {
    // Equal operands share the gradient.
    const Tensor first =
        (g.x(0) < g.x(1)).to(g.dy().dtype()) + eq(g.x(0), g.x(1)).to(g.dy().dtype()) * 0.5;
    return {g.dy() * first, g.need(1) ? g.dy() * (1 - first) : Tensor()};
}

Halide::Expr lower(const LowerCall& call) {
    const Halide::Expr a = call(0), b = call(1);
    return min_nan(a, b);
}

}  // namespace

const Op minimum_op = {
    .name = "minimum",
    .trait = Trait::elementwise | Trait::commutative | Trait::idempotent,
    .infer = elementwise::infer_broadcast,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor minimum(const Tensor& a, const Tensor& b) {
    const auto [x, y] = promoted(a, b);
    return apply(minimum_op, {x, y});
}

}  // namespace lithe
