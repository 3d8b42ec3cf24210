// erfinv(x) = the y of erf(y) = x
#include <cmath>

#include "dsl/autograd.h"
#include "dsl/elementwise.h"
#include "dsl/lower_math.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"

namespace lithe {
namespace {

/// Newton's method, by erfc where 1 - |x| is exact.
double inverse(double x) {
    const double a = std::abs(x);
    if (!(a < 1)) return a == 1 ? std::copysign(INFINITY, x) : NAN;
    double y = a < 0.9 ? a * 0.8862269254527580 : std::sqrt(-std::log((1 - a) * (1 + a)));
    for (int i = 0; i < 60; ++i) {
        const double error = a < 0.5 ? std::erf(y) - a : (1 - a) - std::erfc(y);
        const double step = error / (1.1283791670955126 * std::exp(-y * y));
        y -= step;
        if (std::abs(step) <= 1e-16 * y) break;
    }
    return std::copysign(y, x);
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    visit_float(call.input(0).dtype, [&]<class T>(T) {
        elementwise::map_unary<T>(
            in, out, [](T x) { return static_cast<T>(inverse(static_cast<double>(x))); });
    });
}

Tensors gradient(const GradientCall& g) {
    return {g.dy() * exp(g.y() * g.y()) * 0.8862269254527580};
}

Halide::Expr lower(const LowerCall& call) { return lower_math::erfinv(call(0)); }

}  // namespace

const Op erfinv_op = {
    .name = "erfinv",
    .trait = Trait::elementwise,
    .infer = elementwise::infer_float_unary,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor erfinv(const Tensor& x) { return apply(erfinv_op, {as_floating(x)}); }

}  // namespace lithe
