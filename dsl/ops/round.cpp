// round(x) = the nearest integer, the even one of two
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
        elementwise::map_unary<T>(in, out, [](T x) { return std::nearbyint(x); });
    });
}

Tensors gradient(const GradientCall& g) { return {zeros_like(g.dy())}; }

Halide::Expr lower(const LowerCall& call) {
    const Halide::Expr x = call(0);
    return Halide::round(x);
}

}  // namespace

const Op round_op = {
    .name = "round",
    .trait = Trait::elementwise,
    .infer = elementwise::infer_float_unary,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor round(const Tensor& x) { return x.is_floating_point() ? apply(round_op, {x}) : x; }

}  // namespace lithe
