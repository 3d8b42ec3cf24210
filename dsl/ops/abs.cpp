// abs(x) = |x|
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
    visit(call.input(0).dtype, [&]<class T>(T) {
        elementwise::map_unary<T>(in, out, [](T x) {
            return static_cast<T>(x < T(0) ? -x : x == T(0) ? T(0) : x);
        });
    });
}

Tensors gradient(const GradientCall& g) { return {g.dy() * sign(g.x())}; }

Halide::Expr lower(const LowerCall& call) {
    const Halide::Expr x = call(0);
    const Halide::Expr zero = Halide::Internal::make_zero(x.type());
    if (x.type().is_float()) return lower_math::abs(x);
    return select(x < zero, -x, x == zero, zero, x);
}

}  // namespace

const Op abs_op = {
    .name = "abs",
    .trait = Trait::elementwise,
    .infer = elementwise::infer_unary,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor abs(const Tensor& x) { return apply(abs_op, {x}); }

}  // namespace lithe
