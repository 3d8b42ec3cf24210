#pragma once

#include <limits>

#include "dsl/lower_math_detail.h"

/// Functions of doubles that those of floats are made of: half as many lanes, but one rounding.
/// Coefficients are Chebyshev fits; the errors stated are relative.
namespace lithe::lower_math::detail {

constexpr double wide_infinity = std::numeric_limits<double>::infinity();
constexpr double wide_nan = std::numeric_limits<double>::quiet_NaN();

inline Expr wide(const Expr& x) { return Halide::cast<double>(x); }

/// A double rounded to x's type.
inline Expr narrow_like(const Expr& x, const Expr& value) {
    return strict(Halide::cast(x.type(), value));
}

/// Whether a double is +inf, also where the code around it may take infinities for impossible.
inline Expr is_wide_infinity(const Expr& x) {
    return Halide::reinterpret<int64_t>(x) == i64(0x7FF0000000000000);
}

/// |value| with the sign of `sign`, both doubles.
inline Expr wide_copy_sign(const Expr& value, const Expr& sign) {
    const Expr sign_bit = u64(uint64_t(1) << 63);
    return Halide::reinterpret<double>((Halide::reinterpret<uint64_t>(value) & ~sign_bit) |
                                       (Halide::reinterpret<uint64_t>(sign) & sign_bit));
}

/// log x of a normal double, to 2e-16; -inf for 0, NaN below.
inline Expr wide_log(const Expr& x) {
    constexpr int64_t sqrt_half_bits = 0x3FE6A09E667F3BCD;
    const Expr shifted = Halide::reinterpret<int64_t>(x) - i64(sqrt_half_bits);
    const Expr m =
        Halide::reinterpret<double>((shifted & i64(0xFFFFFFFFFFFFF)) + i64(sqrt_half_bits));
    const Expr exponent = Halide::cast<double>(Halide::cast<int32_t>(shifted >> 52));
    const Expr s = (m - f64(1)) / (m + f64(1));
    const Expr p = polynomial(
        s * s, {2.0, 0.6666666666666765, 0.3999999999930049, 0.2857142876106032, 0.2222219701200196,
                0.18183634112308752, 0.1531246302957415, 0.148103912163146});
    const Expr y = exponent * f64(0.6931471805599453) + s * p;
    return select(is_wide_infinity(x), f64(wide_infinity), x > f64(0), y, x == f64(0),
                  f64(-wide_infinity), f64(wide_nan));
}

/// e^x to 1e-12, x kept within -700..700; NaN passes.
inline Expr wide_exp(const Expr& x) {
    const Expr kept = select(x > f64(700), f64(700), select(x < f64(-700), f64(-700), x));
    const Expr magic = f64(0x1.8p52);
    const Expr z = kept * f64(1.4426950408889634);
    const Expr shifted = z + magic;
    const Expr r = z - (shifted - magic);
    const Expr p =
        polynomial(r, {1.0, 0.6931471805459335, 0.2402265069581299, 0.05550410941205933,
                       0.009618129159402558, 0.0013333450568000645, 0.00015403455852453838,
                       1.5310079402249296e-05, 1.3255224878668817e-06});
    const Expr n = Halide::reinterpret<int64_t>(shifted) - Halide::reinterpret<int64_t>(magic);
    return p * Halide::reinterpret<double>((n + i64(1023)) << 52);
}

/// sin(pi x) and cos(pi x) for x in 0..0.5, to 2e-15.
inline Expr wide_sin_pi(const Expr& x) {
    return x * polynomial(x * x, {3.1415926535897927, -5.1677127800497855, 2.5501640398618677,
                                  -0.599264528825224, 0.08214587881631043, -0.0073703643265304155,
                                  0.0004659870158043378, -2.113362735205297e-05});
}
inline Expr wide_cos_pi(const Expr& x) { return wide_sin_pi(f64(0.5) - x); }

}  // namespace lithe::lower_math::detail
