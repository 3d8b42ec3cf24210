#include "dsl/lower_math.h"
#include "dsl/lower_math_wide.h"

namespace lithe::lower_math {

using detail::call_c;
using detail::f64;
using detail::is_f64;
using detail::magnitude;
using detail::narrow_like;
using detail::polynomial;
using detail::wide;
using detail::wide_cos_pi;
using detail::wide_log;
using detail::wide_sin_pi;

namespace {

constexpr double pi = 3.141592653589793;

/// By Stirling's series from 10 on; below it at v + 8.
Expr lgamma_large(const Expr& v) {
    const Expr is_low = v < f64(10);
    Expr rising = v;
    for (int k = 1; k < 8; ++k) rising = rising * (v + f64(k));
    const Expr z = select(is_low, v + f64(8), v), r = f64(1) / z;
    const Expr series = r * polynomial(r * r, {1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680});
    const Expr y = (z - f64(0.5)) * wide_log(z) - z + f64(0.9189385332046727) + series;
    return select(detail::is_wide_infinity(v), v, is_low, y - wide_log(rising), y);
}

/// log gamma(v) for v > 0; the zeros at 1 and 2 are factors of a polynomial.
Expr lgamma_positive(const Expr& v) {
    const Expr is_small = v < f64(0.5);
    const Expr u = select(is_small, v + f64(1), v);
    const Expr p = polynomial(
        u - f64(1.5), {0.4831289503870673,     -0.14595989581526142,   0.06291143179346248,
                       -0.03130850726877862,   0.016796095538255333,   -0.009424976969598884,
                       0.00545904458274804,    -0.003220173107633324,  0.0018436170660956382,
                       -0.0011133927540265332, 0.0009941831300604273,  -0.0006198414099128885,
                       -0.0003286996899995346, 0.0002170307820087586,  0.0008657532032522490,
                       -0.000555135769563151,  -0.0005008486923451519, 0.0003224124918445557,
                       0.00019568134964471063, -0.00012556831042881961});
    const Expr zeros = (u - f64(1)) * (u - f64(2));
    const Expr middle = select(zeros == f64(0), f64(0), zeros * p);
    return select(is_small, middle - wide_log(v), v < f64(2.5), middle, lgamma_large(v));
}

/// The distance of a >= 0 from the nearest integer, 0..0.5.
Expr from_integer(const Expr& a) {
    const Expr part = a - floor(a);
    return select(part > f64(0.5), f64(1) - part, part);
}

}  // namespace

// Below 0 by reflection: log(pi / |sin(pi x)|) - log gamma(1 - x).
Expr lgamma(const Expr& x) {
    if (is_f64(x)) return call_c("lgamma", {x});
    const Expr v = wide(x), a = magnitude(v);
    const Expr mirrored = wide_log(f64(pi) / wide_sin_pi(from_integer(a)));
    const Expr y = lgamma_positive(select(v > f64(0), v, f64(1) + a));
    return narrow_like(x, select(detail::is_wide_infinity(a), a, v > f64(0), y, mirrored - y));
}

// psi(v) = log z - 1 / 2z - sum of B_2k / (2k z^2k) at z = v + 10, less the ten steps back.
Expr digamma(const Expr& x) {
    const Expr v = wide(x), a = magnitude(v);
    const Expr from = select(v > f64(0), v, f64(1) + a), is_low = from < f64(10);
    Expr steps = f64(0);
    for (int k = 0; k < 10; ++k) steps = steps + f64(1) / (from + f64(k));
    const Expr z = select(is_low, from + f64(10), from), r = f64(1) / z, s = r * r;
    const Expr series = s * polynomial(s, {1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132,
                                           -691.0 / 32760, 1.0 / 12});
    const Expr psi = wide_log(z) - r * f64(0.5) - series - select(is_low, steps, f64(0));
    // pi cot(pi x), which is odd and has period 1.
    const Expr d = from_integer(a), part = a - floor(a);
    const Expr cot = f64(pi) * wide_cos_pi(d) / wide_sin_pi(d);
    const Expr mirrored = psi + select(part > f64(0.5), cot * f64(-1), cot);
    const Expr at_zero = detail::wide_copy_sign(f64(detail::wide_infinity), v * f64(-1));
    const Expr below = select(d == f64(0), f64(detail::wide_nan), mirrored);
    return narrow_like(
        x, select(v == f64(0), at_zero, v > f64(0), psi, detail::is_nan_bits(v), v, below));
}

// zeta(n + 1, x) by Euler and Maclaurin's formula at x + 10, times (-1)^(n + 1) n!.
Expr polygamma(int order, const Expr& x) {
    if (order == 0) return digamma(x);
    const auto power = [](const Expr& base, int exponent) {
        Expr result = f64(1);
        for (int i = 0; i < exponent; ++i) result = result * base;
        return result;
    };
    const Expr v = wide(x);
    const Expr mirrors = order == 1 ? v < f64(0.5) : Halide::Internal::const_false();
    const Expr from = select(mirrors, f64(1) - v, v);
    Expr total = f64(0);
    for (int k = 0; k < 10; ++k) total = total + f64(1) / power(from + f64(k), order + 1);
    const Expr z = from + f64(10), r = f64(1) / z;
    const Expr at_end = power(r, order);
    total = total + at_end * f64(1.0 / order) + at_end * r * f64(0.5);
    // B_2k / (2k)! times the rising product of order + 1.
    constexpr double bernoulli[] = {1.0 / 6,  -1.0 / 30,     1.0 / 42, -1.0 / 30,
                                    5.0 / 66, -691.0 / 2730, 7.0 / 6};
    double rising = 1, factorial = 1;
    Expr step = at_end * r;
    for (int k = 1; k <= 7; ++k) {
        rising *= k == 1 ? order + 1 : (order + 2 * k - 2.0) * (order + 2 * k - 1.0);
        factorial *= (2 * k - 1.0) * (2 * k);
        step = step * r * (k == 1 ? f64(1) : r);
        total = total + step * f64(bernoulli[k - 1] * rising / factorial);
    }
    double scale = order % 2 ? 1 : -1;
    for (int k = 2; k <= order; ++k) scale *= k;
    Expr y = total * f64(scale);
    if (order == 1) {
        const Expr a = magnitude(v), sine = wide_sin_pi(from_integer(a));
        y = select(mirrors, f64(pi * pi) / (sine * sine) - y, y);
    } else {
        y = select(v == f64(0), f64(scale * detail::wide_infinity), v < f64(0),
                   f64(detail::wide_nan), y);
    }
    return narrow_like(x, y);
}

}  // namespace lithe::lower_math
