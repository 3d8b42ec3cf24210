// The logistic function, a quotient of sums of short polynomials.
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

}  // namespace lithe::lower_math
