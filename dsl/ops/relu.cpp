// relu(x) = max(x, 0), NaN where x is NaN
#include "dsl/autograd.h"
#include "dsl/elementwise.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"

namespace lithe {
namespace {

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    visit(call.input(0).dtype, [&]<class T>(T) {
        elementwise::map_unary<T>(in, out, [](T x) { return x < T(0) ? T(0) : x; });
    });
}

Tensors gradient(const GradientCall& g) { return {where(g.y() <= 0, zeros_like(g.dy()), g.dy())}; }

Halide::Expr lower(const LowerCall& call) {
    const Halide::Expr x = call(0);
    const Halide::Expr zero = Halide::Internal::make_zero(x.type());
    return select(x < zero, zero, x);
}

}  // namespace

const Op relu_op = {
    .name = "relu",
    .trait = Trait::elementwise | Trait::idempotent,
    .infer = elementwise::infer_unary,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor relu(const Tensor& x) { return apply(relu_op, {x}); }

}  // namespace lithe
