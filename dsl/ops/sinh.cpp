// sinh(x) = (exp(x) - exp(-x)) / 2
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
        elementwise::map_unary<T>(in, out, [](T x) { return std::sinh(x); });
    });
}

Tensors gradient(const GradientCall& g) { return {g.dy() * cosh(g.x())}; }

Halide::Expr lower(const LowerCall& call) {
    const Halide::Expr x = call(0);
    return lower_math::sinh(x);
}

}  // namespace

const Op sinh_op = {
    .name = "sinh",
    .trait = Trait::elementwise,
    .infer = elementwise::infer_float_unary,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor sinh(const Tensor& x) { return apply(sinh_op, {as_floating(x)}); }

}  // namespace lithe
