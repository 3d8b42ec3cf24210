#include <cstdint>
#include <limits>

#include "dsl/lower_math.h"
#include "dsl/lower_math_detail.h"

namespace lithe::lower_math {

using detail::bits;
using detail::call_c;
using detail::f64;
using detail::i64;
using detail::is_f64;
using detail::magnitude;
using detail::polynomial;
using detail::scale;
using detail::strict;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// log2 of a normal, positive double, to 2^-43 of the result's fraction: log2 m = s p(s^2) with
/// s = (m - 1) / (m + 1), m in sqrt(1/2)..sqrt(2).
Expr log2_of(const Expr& a) {
    constexpr int64_t sqrt_half_bits = 0x3FE6A09E667F3BCD;
    const Expr shifted = Halide::reinterpret<int64_t>(a) - i64(sqrt_half_bits);
    const Expr m =
        Halide::reinterpret<double>((shifted & i64(0xFFFFFFFFFFFFF)) + i64(sqrt_half_bits));
    const Expr exponent = Halide::cast<double>(Halide::cast<int32_t>(shifted >> 52));
    const Expr s = (m - f64(1)) / (m + f64(1));
    const Expr p =
        polynomial(s * s, {2.8853900817778495, 0.9617966941140289, 0.5770779421882144,
                           0.4122092686768698, 0.31990507769249443, 0.28290842756602519});
    return exponent + s * p;
}

/// 2^z for |z| <= 200.
Expr exp2_of(const Expr& z) {
    const Expr magic = f64(0x1.8p52);
    const Expr shifted = z + magic;
    const Expr r = z - (shifted - magic);
    const Expr p = polynomial(
        r, {1.0000000005542837, 0.69314720573354949, 0.24022646884871966, 0.055503287829352481,
            0.0096184895761218803, 0.0013399929305053873, 0.0001534563549125138});
    const Expr n = Halide::cast<int32_t>(Halide::reinterpret<int64_t>(shifted));
    return scale(Halide::cast<float>(p), n);
}

struct Parity {
    Expr is_integer, is_odd;
};

/// Of a = |y|, by the bits: from 2^23 on every float is an integer, from 2^24 on an even one.
Parity parity(const Expr& a) {
    constexpr float first_integer = 8388608.f;
    const Expr small = a < first_integer;
    const Expr shifted = a + first_integer;
    const Expr is_integer = !small || shifted - first_integer == a;
    const Expr last_bit = bits(select(small, shifted, a)) & 1;
    return {is_integer, is_integer && last_bit == 1 && a < 2 * first_integer};
}

}  // namespace

// |x|^y = 2^(y log2 |x|) in doubles; then the cases that C's pow lists.
Expr pow(const Expr& x, const Expr& y) {
    if (is_f64(x)) return call_c("pow", {x, y});
    constexpr float float_infinity = std::numeric_limits<float>::infinity();
    const Expr a = magnitude(x);
    const Expr log2 = select(a == 0.f, f64(-infinity), a == float_infinity, f64(infinity),
                             log2_of(Halide::cast<double>(a)));
    const Expr z = Halide::cast<double>(y) * log2;
    const Expr power = exp2_of(select(z<f64(-200), f64(-200), z> f64(200), f64(200), z));

    const Expr a_y = magnitude(y);
    const auto [is_integer, is_odd] = parity(a_y);
    const Expr is_one = y == 0.f || x == 1.f || (a == 1.f && a_y == float_infinity);
    const Expr is_nan = detail::is_nan_bits(x) || detail::is_nan_bits(y) ||
                        (x < 0.f && !is_integer && a < float_infinity);
    const Expr value = select(bits(x) < 0 && is_odd, power * -1.f, power);
    return strict(select(is_one, 1.f, is_nan, std::numeric_limits<float>::quiet_NaN(), value));
}

}  // namespace lithe::lower_math
