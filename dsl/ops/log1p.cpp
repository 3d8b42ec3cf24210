// log1p(x) = log(1 + x), exact near 0
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
        elementwise::map_unary<T>(in, out, [](T x) { return std::log1p(x); });
    });
}

Tensors gradient(const GradientCall& g) { return {g.dy() / (g.x() + 1)}; }

Halide::Expr lower(const LowerCall& call) { return lower_math::log1p(call(0)); }

}  // namespace

const Op log1p_op = {
    .name = "log1p",
    .trait = Trait::elementwise,
    .infer = elementwise::infer_float_unary,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor log1p(const Tensor& x) { return apply(log1p_op, {as_floating(x)}); }

}  // namespace lithe
