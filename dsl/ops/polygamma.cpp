// polygamma(x) {order} = derivative `order` of digamma; from the 2nd on NaN below 0
#include <cmath>

#include "dsl/autograd.h"
#include "dsl/elementwise.h"
#include "dsl/lower_math.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

/// zeta(order + 1, x) by Euler and Maclaurin's formula, times (-1)^(order + 1) order!.
double polygamma_of(int64_t order, double x) {
    const auto n = static_cast<double>(order);
    if (order == 1 && x < 0.5) {
        const double part = std::abs(x) - std::floor(std::abs(x)), sine = std::sin(M_PI * part);
        return part == 0 ? INFINITY : M_PI * M_PI / (sine * sine) - polygamma_of(1, 1 - x);
    }
    double scale = order % 2 ? 1 : -1;
    for (int64_t k = 2; k <= order; ++k) scale *= static_cast<double>(k);
    if (x <= 0) return x == 0 ? scale * INFINITY : NAN;
    double total = 0;
    for (int k = 0; k < 10; ++k) total += std::pow(x + k, -n - 1);
    const double z = x + 10, end = std::pow(z, -n);
    total += end / n + end / z / 2;
    constexpr double bernoulli[] = {1.0 / 6,  -1.0 / 30,     1.0 / 42, -1.0 / 30,
                                    5.0 / 66, -691.0 / 2730, 7.0 / 6};
    double step = end / (z * z) * (n + 1) / 2;
    for (int k = 1; k <= 7; ++k) {
        total += step * bernoulli[k - 1];
        step *= (n + 2 * k) * (n + 2 * k + 1) / ((2 * k + 1.0) * (2 * k + 2) * z * z);
    }
    return scale * total;
}

TensorTypes infer(const OpCall& call) {
    const int64_t order = call.attrs.get_int("order");
    if (order < 1 || order > 100) {
        throw UserError("polygamma.order",
                        "polygamma: expected an order of 1..100, got " + std::to_string(order));
    }
    return elementwise::infer_float_unary(call);
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    visit_float(call.input(0).dtype, [&]<class T>(T) {
        elementwise::map_unary<T>(in, out, [&](T x) {
            return static_cast<T>(
                polygamma_of(call.attrs.get_int("order"), static_cast<double>(x)));
        });
    });
}

Tensors gradient(const GradientCall& g) {
    return {g.dy() * polygamma(g.call.attrs.get_int("order") + 1, g.x())};
}

Halide::Expr lower(const LowerCall& call) {
    return lower_math::polygamma(static_cast<int>(call.call.attrs.get_int("order")), call(0));
}

}  // namespace

const Op polygamma_op = {
    .name = "polygamma",
    .trait = Trait::elementwise,
    .infer = infer,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor polygamma(int64_t order, const Tensor& x) {
    return order == 0 ? digamma(x) : apply(polygamma_op, {as_floating(x)}, {{"order", Dim(order)}});
}

}  // namespace lithe
