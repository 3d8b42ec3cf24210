// tan(x) = the tangent of x in radians
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
        elementwise::map_unary<T>(in, out, [](T x) { return std::tan(x); });
    });
}

Tensors gradient(const GradientCall& g) { return {g.dy() * (g.y() * g.y() + 1)}; }

Halide::Expr lower(const LowerCall& call) {
    const Halide::Expr x = call(0);
    return lower_math::tan(x);
}

}  // namespace

const Op tan_op = {
    .name = "tan",
    .trait = Trait::elementwise,
    .infer = elementwise::infer_float_unary,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor tan(const Tensor& x) { return apply(tan_op, {as_floating(x)}); }

}  // namespace lithe
