// sqrt(x) = the square root; NaN below 0
#include <cmath>

#include "dsl/autograd.h"
#include "dsl/elementwise.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"

namespace lithe {
namespace {

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    visit_float(call.input(0).dtype, [&]<class T>(T) {
        elementwise::map_unary<T>(in, out, [](T x) { return std::sqrt(x); });
    });
}

Tensors gradient(const GradientCall& g) { return {g.dy() / (g.y() * 2)}; }

Halide::Expr lower(const LowerCall& call) {
    const Halide::Expr x = call(0);
    return Halide::sqrt(x);
}

}  // namespace

const Op sqrt_op = {
    .name = "sqrt",
    .trait = Trait::elementwise,
    .infer = elementwise::infer_float_unary,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor sqrt(const Tensor& x) { return apply(sqrt_op, {as_floating(x)}); }

}  // namespace lithe
