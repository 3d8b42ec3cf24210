// div(a, b) = a / b of floating-point tensors, broadcast as in NumPy; x / 0 as in IEEE 754
#include "dsl/autograd.h"
#include "dsl/elementwise.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"

namespace lithe {
namespace {

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    visit_float(call.input(0).dtype, [&]<class T>(T) {
        elementwise::map_binary<T>(in, out, [](T a, T b) { return a / b; });
    });
}

Tensors gradient(const GradientCall& g) {
    return {g.need(0) ? g.dy() / g.x(1) : Tensor(),
            g.need(1) ? -(g.dy() * g.y() / g.x(1)) : Tensor()};
}

Halide::Expr lower(const LowerCall& call) {
    const Halide::Expr a = call(0), b = call(1);
    const auto* divisor = b.as<Halide::Internal::FloatImm>();
    if (divisor == nullptr || divisor->value != 0) return a / b;
    // Halide refuses the constant 0: an infinity of its sign, or NaN for 0 and NaN.
    return a * constant(call.out_types[0].dtype, 1 / divisor->value);
}

}  // namespace

const Op div_op = {
    .name = "div",
    .trait = Trait::elementwise,
    .infer = elementwise::infer_broadcast,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor div(const Tensor& a, const Tensor& b) {
    const auto [x, y] = promoted(as_floating(a), as_floating(b));
    return apply(div_op, {x, y});
}

}  // namespace lithe
