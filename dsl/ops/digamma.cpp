// digamma(x) = the derivative of lgamma
#include <cmath>

#include "dsl/autograd.h"
#include "dsl/elementwise.h"
#include "dsl/lower_math.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"

namespace lithe {
namespace {

/// The asymptotic series from 10 on, reached by steps; below 0 by reflection.
double psi(double x) {
    if (x == 0) return std::copysign(INFINITY, -x);
    if (std::isinf(x)) return x > 0 ? x : NAN;
    if (x < 0) {
        const double part = -x - std::floor(-x);  // pi cot(pi x) has period 1
        return part == 0 ? NAN
                         : psi(1 - x) + M_PI / std::tan(M_PI * (part > 0.5 ? part - 1 : part));
    }
    double steps = 0, z = x;
    for (; z < 10; z += 1) steps += 1 / z;
    const double s = 1 / (z * z);
    const double series =
        s *
        (1.0 / 12 -
         s * (1.0 / 120 -
              s * (1.0 / 252 - s * (1.0 / 240 - s * (1.0 / 132 - s * (691.0 / 32760 - s / 12))))));
    return std::log(z) - 0.5 / z - series - steps;
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    visit_float(call.input(0).dtype, [&]<class T>(T) {
        elementwise::map_unary<T>(in, out,
                                  [](T x) { return static_cast<T>(psi(static_cast<double>(x))); });
    });
}

Tensors gradient(const GradientCall& g) { return {g.dy() * polygamma(1, g.x())}; }

Halide::Expr lower(const LowerCall& call) { return lower_math::digamma(call(0)); }

}  // namespace

const Op digamma_op = {
    .name = "digamma",
    .trait = Trait::elementwise,
    .infer = elementwise::infer_float_unary,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor digamma(const Tensor& x) { return apply(digamma_op, {as_floating(x)}); }

}  // namespace lithe
