// neg(x) = -x
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
        elementwise::map_unary<T>(in, out, [](T x) { return static_cast<T>(-x); });
    });
}

Tensors gradient(const GradientCall& g) { return {-g.dy()}; }

Halide::Expr lower(const LowerCall& call) {
    const Halide::Expr x = call(0);
    return x.type().is_float() ? lower_math::negate(x) : -x;
}

}  // namespace

const Op neg_op = {
    .name = "neg",
    .trait = Trait::elementwise,
    .infer = elementwise::infer_unary,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor neg(const Tensor& x) { return apply(neg_op, {x}); }

}  // namespace lithe
