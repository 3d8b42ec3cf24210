#include "dsl/lower_math_gelu.h"

#include <cmath>
#include <numbers>

#include "dsl/lower_math.h"
#include "dsl/lower_math_detail.h"

namespace lithe::lower_math {

using detail::clamp_passing_nan;
using detail::f64;
using detail::horner;
using detail::is_f64;
using detail::strict;

namespace {

constexpr double tanh_cube = 0.044715;

/// x (1 + share) / 2.
Expr shared(const Expr& x, const Expr& share) { return strict(x * (share + f64(1)) * f64(0.5)); }

}  // namespace

// Phi(x) = 1/2 + x P(x^2) / Q(x^2), which passes 0 and 1 where |x| reaches its limit.
Expr gelu(const Expr& x) {
    if (is_f64(x)) return shared(x, lower_math::erf(strict(x * f64(std::numbers::sqrt2 / 2))));
    const Expr v = clamp_passing_nan(x, -5.25f, 5.25f), s = v * v;
    const Expr p = horner(s, {0.3989422619342804f, 0.029724810272455215f, 0.004117934498935938f,
                              0.00011009072477463633f, 2.7643768589769024e-06f,
                              -2.4503723494717633e-08f, 1.4856933738816025e-10f});
    const Expr q = horner(s, {1.f, 0.24117515981197357f, 0.025519147515296936f,
                              0.0014748552348464727f, 4.3786454625660554e-05f});
    return strict(x * clamp_passing_nan(v * p / q + 0.5f, 0.f, 1.f));
}

// (1 + tanh u) / 2 = sigmoid(2 u).
Expr gelu_by_tanh(const Expr& x) {
    const double slope = std::sqrt(2 * std::numbers::inv_pi);
    if (is_f64(x)) {
        const Expr u = x * multiply_add(x * x, f64(slope * tanh_cube), f64(slope));
        return shared(x, lower_math::tanh(strict(u)));
    }
    const Expr u = x * multiply_add(x * x, static_cast<float>(2 * slope * tanh_cube),
                                    static_cast<float>(2 * slope));
    return strict(x * lower_math::sigmoid(strict(u)));
}

}  // namespace lithe::lower_math
