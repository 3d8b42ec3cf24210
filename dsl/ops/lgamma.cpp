// lgamma(x) = log |gamma(x)|
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
        elementwise::map_unary<T>(in, out, [](T x) { return std::lgamma(x); });
    });
}

Tensors gradient(const GradientCall& g) { return {g.dy() * digamma(g.x())}; }

Halide::Expr lower(const LowerCall& call) { return lower_math::lgamma(call(0)); }

}  // namespace

const Op lgamma_op = {
    .name = "lgamma",
    .trait = Trait::elementwise,
    .infer = elementwise::infer_float_unary,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor lgamma(const Tensor& x) { return apply(lgamma_op, {as_floating(x)}); }

}  // namespace lithe
