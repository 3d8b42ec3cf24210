// The logistic function and the hyperbolic tangent, quotients of sums of short polynomials.
#include "dsl/lower_math.h"
#include "dsl/lower_math_detail.h"

namespace lithe::lower_math {

using detail::bits;
using detail::clamp_passing_nan;
using detail::exponent_magic;
using detail::f64;
using detail::float_of;
using detail::is_f64;
using detail::magnitude;
using detail::power_of_bits;
using detail::strict;

// With -x = n ln 2 - r and exp(-r) = (even - odd) / (even + odd), off by less than 1e-9:
//
//   sigmoid(x) = (even + odd) / (even + odd + 2^n (even - odd))
//
// Both sums take odd as the product that it is, which rounds once less; the division runs beside
// the operations of other vectors. All at a scale of 2^-64, where 2^n does not overflow.
//
// Source of even and odd: Pade's quotient of order 3 / 2 for tanh(r / 2).
Expr sigmoid(const Expr& x) {
    if (is_f64(x)) {
        // By exp(-|x|), which does not overflow.
        const Expr e = lower_math::exp(strict(magnitude(x) * f64(-1)));
        return strict(select(x < f64(0), e, f64(1)) / (e + f64(1)));
    }
    // Beyond these it is 1, and less than half of the least denormal; NaN is neither.
    const Expr inside = clamp_passing_nan(x, -104.f, 20.f);
    constexpr float magic = exponent_magic(-64);
    const Expr shifted = multiply_add(inside, -1.44269504f, magic);
    const Expr n = shifted - magic;
    const Expr r = multiply_add(n, 1.42860677e-6f, multiply_add(n, 0.693145752f, inside));
    const Expr power = power_of_bits(shifted);
    const Expr square = r * r, even = multiply_add(square, 0.1f, 1.f);
    const Expr slope = multiply_add(square, 1.f / 120, 0.5f);
    const Expr sum = multiply_add(r, slope, even), difference = multiply_add(r * -1.f, slope, even);
    const Expr scaled = float_of(bits(sum) - (64 << 23));
    return strict(scaled / multiply_add(power, difference, scaled));
}

// With |x| = n ln 2 / 2 + z for an even n, tanh z = odd / even, and a = (2^n - 1) / 2:
//
//   tanh |x| = (odd + a (even + odd)) / (even + a (even + odd))
//
// even = 1 + w is never rounded: what is small is added up first, and a or a + 1 last. So n = 0
// leaves odd / even.
Expr tanh(const Expr& x) {
    if (is_f64(x)) return detail::call_c("tanh", {x});
    const Expr away = magnitude(x), inside = select(away > 9.0109f, 9.0109f, away);  // then 1
    constexpr float magic = 2 * 12582912.f + 126;  // rounds to even numbers
    const Expr shifted = multiply_add(inside, 2.88539008f, magic);
    const Expr n = shifted - magic;
    const Expr z = multiply_add(n, -7.14303386e-7f, multiply_add(n, -0.346572876f, inside));
    const Expr a = float_of(Halide::reinterpret<uint32_t>(shifted) << 24) - 0.5f;
    const Expr square = z * z, w = square * 0.404717296f;
    const Expr odd =
        multiply_add(z * square, multiply_add(square, -0.00157284201f, 0.0713839829f), z);
    const Expr small = w + odd;
    const Expr upper = multiply_add(a, small, odd) + a;
    const Expr lower = multiply_add(a, small, w) + (a + 1.f);
    return strict(detail::copy_sign(upper / lower, x));
}

}  // namespace lithe::lower_math
