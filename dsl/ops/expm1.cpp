// expm1(x) = exp(x) - 1, exact near 0
#include <cmath>

#include "dsl/autograd.h"
#include "dsl/elementwise.h"
#include "dsl/lower_math.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"

namespace lithe {
namespace {

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    visit_float(call.input(0).dtype, [&]<class T>(T) {
        elementwise::map_unary<T>(in, out, [](T x) { return std::expm1(x); });
    });
}

Tensors gradient(const GradientCall& g) { return {g.dy() * (g.y() + 1)}; }

Halide::Expr lower(const LowerCall& call) { return lower_math::expm1(call(0)); }

}  // namespace

const Op expm1_op = {
    .name = "expm1",
    .trait = Trait::elementwise,
    .infer = elementwise::infer_float_unary,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor expm1(const Tensor& x) { return apply(expm1_op, {as_floating(x)}); }

}  // namespace lithe
