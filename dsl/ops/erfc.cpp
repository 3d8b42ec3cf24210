// erfc(x) = 1 - erf(x), without the cancellation
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
        elementwise::map_unary<T>(in, out, [](T x) { return std::erfc(x); });
    });
}

Tensors gradient(const GradientCall& g) {
    return {g.dy() * exp(-(g.x() * g.x())) * -1.1283791670955126};
}

Halide::Expr lower(const LowerCall& call) { return lower_math::erfc(call(0)); }

}  // namespace

const Op erfc_op = {
    .name = "erfc",
    .trait = Trait::elementwise,
    .infer = elementwise::infer_float_unary,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor erfc(const Tensor& x) { return apply(erfc_op, {as_floating(x)}); }

}  // namespace lithe
