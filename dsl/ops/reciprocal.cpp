// reciprocal(x) = 1 / x
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
        elementwise::map_unary<T>(in, out, [](T x) { return T(1) / x; });
    });
}

Tensors gradient(const GradientCall& g) { return {-(g.dy() * g.y() * g.y())}; }

Halide::Expr lower(const LowerCall& call) {
    const Halide::Expr x = call(0);
    return 1 / x;
}

}  // namespace

const Op reciprocal_op = {
    .name = "reciprocal",
    .trait = Trait::elementwise,
    .infer = elementwise::infer_float_unary,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor reciprocal(const Tensor& x) { return apply(reciprocal_op, {as_floating(x)}); }

}  // namespace lithe
