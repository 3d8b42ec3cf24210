// atan2(a, b) = the angle in radians of the point with y = a, x = b
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
        elementwise::map_binary<T>(in, out, [](T a, T b) { return std::atan2(a, b); });
    });
}

Tensors gradient(const GradientCall& g) {
    const Tensor square = g.x(0) * g.x(0) + g.x(1) * g.x(1);
    return {g.dy() * g.x(1) / square, -(g.dy() * g.x(0) / square)};
}

Halide::Expr lower(const LowerCall& call) {
    const Halide::Expr a = call(0), b = call(1);
    return lower_math::atan2(a, b);
}

}  // namespace

const Op atan2_op = {
    .name = "atan2",
    .trait = Trait::elementwise,
    .infer = elementwise::infer_broadcast,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor atan2(const Tensor& a, const Tensor& b) {
    const auto [x, y] = promoted(as_floating(a), as_floating(b));
    return apply(atan2_op, {x, y});
}

}  // namespace lithe
