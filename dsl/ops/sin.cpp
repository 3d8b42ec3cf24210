// sin(x) = the sine of x in radians
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
        elementwise::map_unary<T>(in, out, [](T x) { return std::sin(x); });
    });
}

Tensors gradient(const GradientCall& g) { return {g.dy() * cos(g.x())}; }

Halide::Expr lower(const LowerCall& call) { return lower_math::sin(call(0)); }

}  // namespace

const Op sin_op = {
    .name = "sin",
    .trait = Trait::elementwise,
    .infer = elementwise::infer_float_unary,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor sin(const Tensor& x) { return apply(sin_op, {as_floating(x)}); }

}  // namespace lithe
