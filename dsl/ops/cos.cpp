// cos(x) = the cosine of x in radians
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
        elementwise::map_unary<T>(in, out, [](T x) { return std::cos(x); });
    });
}

Tensors gradient(const GradientCall& g) { return {-(g.dy() * sin(g.x()))}; }

Halide::Expr lower(const LowerCall& call) { return lower_math::cos(call(0)); }

}  // namespace

const Op cos_op = {
    .name = "cos",
    .trait = Trait::elementwise,
    .infer = elementwise::infer_float_unary,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor cos(const Tensor& x) { return apply(cos_op, {as_floating(x)}); }

}  // namespace lithe
