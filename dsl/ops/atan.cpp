// atan(x) = the angle in radians whose tangent is x
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
        elementwise::map_unary<T>(in, out, [](T x) { return std::atan(x); });
    });
}

Tensors gradient(const GradientCall& g) { return {g.dy() / (g.x() * g.x() + 1)}; }

Halide::Expr lower(const LowerCall& call) {
    const Halide::Expr x = call(0);
    return lower_math::atan(x);
}

}  // namespace

const Op atan_op = {
    .name = "atan",
    .trait = Trait::elementwise,
    .infer = elementwise::infer_float_unary,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor atan(const Tensor& x) { return apply(atan_op, {as_floating(x)}); }

}  // namespace lithe
