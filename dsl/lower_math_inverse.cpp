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
using detail::wide_copy_sign;

namespace {

constexpr double pi = 3.141592653589793;

/// atan t for t in 0..1: around 0 as it is, from tan(pi/8) on around 1.
Expr atan_of(const Expr& t) {
    const Expr is_large = t > f64(0.4142135623730950);
    const Expr u = select(is_large, (t - f64(1)) / (t + f64(1)), t);
    const Expr y =
        u * polynomial(u * u, {0.9999999999992447, -0.3333333327692037, 0.19999993053334764,
                               -0.14285386545210998, 0.11103456753202623, -0.08992551459232198,
                               0.06974191063339814, -0.03765498755687839});
    return select(is_large, y + f64(pi / 4), y);
}

/// asin t for |t| <= 1/2.
Expr asin_of(const Expr& t) {
    return t * polynomial(t * t, {0.9999999999999493, 0.16666666670723188, 0.07499999467531561,
                                  0.044643126897073435, 0.030375046838709736, 0.022472629272259407,
                                  0.016472738109361944, 0.018638508213446328,
                                  -0.0028563505336838967, 0.03194399638410843});
}

}  // namespace

Expr atan(const Expr& x) {
    if (is_f64(x)) return call_c("atan", {x});
    const Expr v = wide(x), a = magnitude(v);
    const Expr y = atan_of(select(a > f64(1), f64(1) / a, a));
    return narrow_like(x, wide_copy_sign(select(a > f64(1), f64(pi / 2) - y, y), v));
}

Expr atan2(const Expr& y, const Expr& x) {
    if (is_f64(y)) return call_c("atan2", {y, x});
    const Expr v = wide(y), u = wide(x), a_v = magnitude(v), a_u = magnitude(u);
    const Expr is_steep = a_v > a_u;
    const Expr low = select(is_steep, a_u, a_v), high = select(is_steep, a_v, a_u);
    const Expr ratio = select(low == high, select(high == f64(0), f64(0), f64(1)), low / high);
    const Expr angle = atan_of(ratio);
    const Expr upright = select(is_steep, f64(pi / 2) - angle, angle);
    const Expr turned = select(detail::bits(x) < 0, f64(pi) - upright, upright);
    const Expr either_nan = detail::is_nan_bits(v) || detail::is_nan_bits(u);
    return narrow_like(y, select(either_nan, f64(detail::wide_nan), wide_copy_sign(turned, v)));
}

// From 1/2 on by the half angle: asin a = pi/2 - 2 asin(sqrt((1 - a) / 2)).
Expr asin(const Expr& x) {
    if (is_f64(x)) return call_c("asin", {x});
    const Expr v = wide(x), a = magnitude(v);
    const Expr half = asin_of(sqrt((f64(1) - a) * f64(0.5)));
    const Expr away = wide_copy_sign(f64(pi / 2) - f64(2) * half, v);
    return narrow_like(
        x, select(a > f64(1), f64(detail::wide_nan), a < f64(0.5), asin_of(v), away + (v - v)));
}

Expr acos(const Expr& x) {
    if (is_f64(x)) return call_c("acos", {x});
    const Expr v = wide(x), a = magnitude(v);
    const Expr half = f64(2) * asin_of(sqrt((f64(1) - a) * f64(0.5)));
    const Expr away = select(v < f64(0), f64(pi) - half, half) + (v - v);
    return narrow_like(
        x, select(a > f64(1), f64(detail::wide_nan), a < f64(0.5), f64(pi / 2) - asin_of(v), away));
}

}  // namespace lithe::lower_math
