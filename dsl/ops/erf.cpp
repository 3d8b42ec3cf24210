// erf(x) = 2 / sqrt(pi) * integral of exp(-t^2) over 0..x
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
        elementwise::map_unary<T>(in, out, [](T x) { return std::erf(x); });
    });
}

Tensors gradient(const GradientCall& g) {
    return {g.dy() * exp(-(g.x() * g.x())) * 1.1283791670955126};
}

Halide::Expr lower(const LowerCall& call) { return lower_math::erf(call(0)); }

}  // namespace

const Op erf_op = {
    .name = "erf",
    .trait = Trait::elementwise,
    .infer = elementwise::infer_float_unary,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor erf(const Tensor& x) { return apply(erf_op, {as_floating(x)}); }

}  // namespace lithe
