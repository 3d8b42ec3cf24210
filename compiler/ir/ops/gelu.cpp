// gelu(x) {approximate}: x times the probability that a normal number is below x
//
//   none   x (1 + erf(x / sqrt 2)) / 2
//   tanh   x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2
#include <cmath>
#include <numbers>

#include "compiler/ir/ops.h"
#include "dsl/elementwise.h"
#include "dsl/lower_math_gelu.h"
#include "dsl/lowering.h"

namespace lithe::ir {
namespace {

bool is_by_tanh(const OpCall& call) { return call.attrs.get_string("approximate") == "tanh"; }

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const bool by_tanh = is_by_tanh(call);
    visit_float(call.input(0).dtype, [&]<class T>(T) {
        elementwise::map_unary<T>(in, out, [by_tanh](T value) {
            const auto x = static_cast<double>(value);
            const double share =
                by_tanh
                    ? std::tanh(std::sqrt(2 * std::numbers::inv_pi) * (x + 0.044715 * x * x * x))
                    : std::erf(x * std::numbers::sqrt2 / 2);
            return static_cast<T>(x * (share + 1) / 2);
        });
    });
}

Halide::Expr lower(const LowerCall& call) {
    return is_by_tanh(call.call) ? lower_math::gelu_by_tanh(call(0)) : lower_math::gelu(call(0));
}

}  // namespace

const Op gelu_op = {
    .name = "gelu",
    .trait = Trait::elementwise,
    .infer = elementwise::infer_float_unary,
    .reference = reference,
    .lower = lower,
};

}  // namespace lithe::ir
