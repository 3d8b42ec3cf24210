#include "dsl/lower_math.h"

#include <limits>

#include "dsl/lower_math_detail.h"
#include "dsl/lower_math_exp.h"

namespace lithe::lower_math {

using detail::bits;
using detail::call_c;
using detail::clamp_passing_nan;
using detail::copy_sign;
using detail::exponent_magic;
using detail::f64;
using detail::float_of;
using detail::horner;
using detail::is_f64;
using detail::magnitude;
using detail::polynomial;
using detail::power_of_bits;
using detail::power_of_two;
using detail::scale;
using detail::strict;
using detail::u32;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

/// x = n ln 2 + r with |r| <= ln 2 / 2.
struct Reduced {
    Expr n;  ///< int32
    Expr r;
};

/// Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits: no conversion of a NaN.
/// ln 2 is split so that n times its first part is exact.
Reduced reduce_exp(const Expr& x) {
    constexpr float magic = 12582912.f;
    constexpr int32_t magic_bits = 0x4B400000;
    const Expr shifted = multiply_add(x, 1.44269504f, magic);
    const Expr n = shifted - magic;
    const Expr r = multiply_add(n, -1.42860677e-6f, multiply_add(n, -0.693145752f, x));
    return {bits(shifted) - magic_bits, r};
}

/// 0 - a modulo 2^bits: Halide takes signed overflow of 32 bits for impossible.
Expr wrapping_negate(const Expr& a) {
    const Halide::Type unsigned_type = a.type().with_code(halide_type_uint);
    return Halide::reinterpret(a.type(), Halide::Internal::make_zero(unsigned_type) -
                                             Halide::reinterpret(unsigned_type, a));
}

/// e^x as p 2^n. Nothing is said of x outside of the range where the low bits of n make a normal
/// number.
struct Exponential {
    Expr p;
    Expr n;  ///< a float: n in its low bits, plus what `magic` has beyond 1.5 * 2^23
};
Exponential exponential(const Expr& x, float magic) {
    const Expr shifted = multiply_add(x, 1.44269504f, magic);
    const Expr n = shifted - magic;
    const Expr r = multiply_add(n, -1.42860677e-6f, multiply_add(n, -0.693145752f, x));
    return {horner(r, {1.f, 1.f, 0.499999934f, 0.166665204f, 0.0416683908f, 0.00836874532f,
                       0.00138145379f}),
            shifted};
}

/// e^x for x <= 0 or NaN: 2^n is made at a scale where it is a normal number, so that a denormal
/// result is rounded once.
Expr short_exp(const Expr& x) {
    const auto [p, n] = exponential(select(x < -104.f, -104.f, x), exponent_magic(64));
    return p * power_of_bits(n) * 0x1p-64f;
}

/// e^x - 1 without the care for -0.
Expr expm1_of(const Expr& x) {
    const auto [n, r] = reduce_exp(clamp_passing_nan(x, -20.f, 89.f));
    const Expr p =
        polynomial(r, {0.49999997f, 0.166665435f, 0.0416674912f, 0.00836657174f, 0.00138657261f});
    const Expr reduced = multiply_add(r * r, p, r);
    // At half scale, since 2^128 is no float.
    const Expr half_scale = power_of_two(n - 1);
    return multiply_add(half_scale, reduced, half_scale - 0.5f) * 2.f;
}

}  // namespace

Expr abs(const Expr& x) {
    return x.type().is_float() ? magnitude(x) : Halide::cast(x.type(), Halide::abs(x));
}

Expr is_nan(const Expr& x) {
    return x.type().is_float() ? detail::is_nan_bits(x) : Halide::Internal::const_false();
}

Expr negate(const Expr& x) {
    return x.type().is_float() ? strict(x * Halide::Internal::make_const(x.type(), -1)) : -x;
}

Expr quotient(const Expr& a, const Expr& b) {
    const Expr zero = Halide::Internal::make_zero(a.type()),
               one = Halide::Internal::make_one(a.type());
    if (a.type().is_bool()) return a && b;
    if (a.type().is_uint()) return select(b == zero, zero, a / select(b == zero, one, b));
    const Expr is_minus_one = b == zero - one;
    const Expr divisor = select(b == zero || is_minus_one, one, b);
    return select(b == zero, zero, is_minus_one, wrapping_negate(a),
                  Halide::div_round_to_zero(a, divisor));
}

Expr fmod(const Expr& a, const Expr& b) {
    return strict(call_c(is_f64(a) ? "fmod" : "fmodf", {a, b}));
}

Expr remainder(const Expr& a, const Expr& b) {
    const Expr rest = lower_math::fmod(a, b), zero = Halide::Internal::make_zero(a.type());
    return strict(select(rest != zero && (rest < zero) != (b < zero), rest + b, rest));
}

Expr exp(const Expr& x) {
    if (is_f64(x)) return call_c("exp", {x});
    // 2^n as two powers, one of half n: so a denormal result is rounded once.
    const auto [p, shifted] = exponential(clamp_passing_nan(x, -104.f, 89.f), exponent_magic(127));
    const Expr n = Halide::reinterpret<uint32_t>(shifted), half = n >> 1;
    return strict(p * power_of_bits(half) * power_of_bits(n - half));
}

Expr exp_of_negative(const Expr& x) {
    return is_f64(x) ? lower_math::exp(x) : strict(short_exp(x));
}

Expr expm1(const Expr& x) {
    if (is_f64(x)) return call_c("expm1", {x});
    return strict(select(x == 0.f, x, expm1_of(x)));
}

// x = 2^e m with m in sqrt(1/2)..sqrt(2); log x = e ln 2 + log(1 + f) with f = m - 1.
Expr log(const Expr& x) {
    if (is_f64(x)) return call_c("log", {x});
    constexpr float smallest_normal = std::numeric_limits<float>::min();
    constexpr int32_t sqrt_half_bits = 0x3F3504F3;
    const Expr denormal = x < smallest_normal;
    const Expr shifted = bits(select(denormal, x * 8388608.f, x)) - sqrt_half_bits;
    const Expr exponent = (shifted >> 23) - select(denormal, 23, 0);
    const Expr f = float_of((shifted & 0x7FFFFF) + sqrt_half_bits) - 1.f;
    const Expr p =
        polynomial(f, {0.333333135f, -0.250000119f, 0.200020745f, -0.166678548f, 0.1422019f,
                       -0.124081761f, 0.118865512f, -0.116609186f, 0.0673248619f});
    const Expr e = Halide::cast<float>(exponent);
    const Expr f2 = f * f;
    const Expr tail = f2 * f * p + e * -2.12194440e-4f;
    const Expr y = ((tail - 0.5f * f2) + f) + e * 0.693359375f;
    const Expr special = select(x == 0.f, -infinity, select(x == infinity, infinity, not_a_number));
    return strict(select(x > 0.f && x < infinity, y, special));
}

// log(u) with u = 1 + x rounded, and the rounding error of u put back.
Expr log1p(const Expr& x) {
    if (is_f64(x)) return call_c("log1p", {x});
    const Expr u = strict(x + 1.f);
    const Expr logarithm = lower_math::log(u);
    const Expr lost = select(u > 0.f && u < infinity, (x - (u - 1.f)) / u, 0.f);
    return strict(select(x == 0.f, x, logarithm + lost));
}

// Near 0 an odd polynomial; elsewhere 1 - exp(-p(|x|)), as N. Juffa does for erff.
Expr erf(const Expr& x) {
    if (is_f64(x)) return call_c("erf", {x});
    const Expr a = magnitude(x);
    const Expr s = x * x;
    const Expr near_zero =
        a + a * polynomial(s, {0.128379166f, -0.376126289f, 0.112836257f, -0.0268557277f,
                               0.00519237807f, -0.000804919458f, 7.99290501e-05f});
    const Expr t = select(a > 4.f, 4.f, a);
    const Expr p =
        polynomial(t, {-0.000175193069f, 1.12951744f, 0.63334173f, 0.108285896f, -0.0251232423f,
                       0.00417252909f, -0.000434767542f, 2.11215174e-05f});
    const Expr away = 1.f - short_exp(p * -1.f);
    return strict(copy_sign(select(a < 0.921875f, near_zero, away), x));
}

}  // namespace lithe::lower_math
