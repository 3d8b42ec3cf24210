// sign(x) = -1, 0 or 1; 0 where x is NaN
#include <cmath>

#include "dsl/autograd.h"
#include "dsl/elementwise.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"

namespace lithe {
namespace {

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    visit(call.input(0).dtype, [&]<class T>(T) {
        elementwise::map_unary<T>(in, out,
                                  [](T x) { return static_cast<T>((x > T(0)) - (x < T(0))); });
    });
}

Tensors gradient(const GradientCall& g) { return {zeros_like(g.dy())}; }

Halide::Expr lower(const LowerCall& call) {
    const Halide::Expr x = call(0);
    const Halide::Expr zero = Halide::Internal::make_zero(x.type());
    const Halide::Expr one = Halide::Internal::make_one(x.type());
    return select(x > zero, one, x < zero, zero - one, zero);
}

}  // namespace

const Op sign_op = {
    .name = "sign",
    .trait = Trait::elementwise,
    .infer = elementwise::infer_unary,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor sign(const Tensor& x) { return apply(sign_op, {x}); }

}  // namespace lithe
