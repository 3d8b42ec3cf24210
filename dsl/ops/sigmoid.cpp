// sigmoid(x) = 1 / (1 + exp(-x))
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
        elementwise::map_unary<T>(in, out, [](T x) {
            const T e = std::exp(-std::abs(x));  // does not overflow
            return x < 0 ? e / (1 + e) : 1 / (1 + e);
        });
    });
}

Tensors gradient(const GradientCall& g) { return {g.dy() * g.y() * (1 - g.y())}; }

Halide::Expr lower(const LowerCall& call) { return lower_math::sigmoid(call(0)); }

}  // namespace

const Op sigmoid_op = {
    .name = "sigmoid",
    .trait = Trait::elementwise,
    .infer = elementwise::infer_float_unary,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor sigmoid(const Tensor& x) { return apply(sigmoid_op, {as_floating(x)}); }

}  // namespace lithe
