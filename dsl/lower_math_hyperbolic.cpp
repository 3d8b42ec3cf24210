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
using detail::wide_exp;
using detail::wide_log;

// An odd polynomial below 1, where the exponentials would cancel.
Expr sinh(const Expr& x) {
    if (is_f64(x)) return call_c("sinh", {x});
    const Expr v = wide(x), a = magnitude(v);
    const Expr near_zero = v * polynomial(v * v, {0.9999999999999205, 0.16666666667239327,
                                                  0.008333333266545869, 0.00019841298317149254,
                                                  2.755183485237489e-06, 2.5538205221156536e-08});
    const Expr e = wide_exp(a);
    const Expr away = wide_copy_sign((e - f64(1) / e) * f64(0.5), v);
    return narrow_like(x, select(a < f64(1), near_zero, away));
}

Expr cosh(const Expr& x) {
    if (is_f64(x)) return call_c("cosh", {x});
    const Expr e = wide_exp(magnitude(wide(x)));
    return narrow_like(x, (e + f64(1) / e) * f64(0.5));
}

Expr asinh(const Expr& x) {
    if (is_f64(x)) return call_c("asinh", {x});
    const Expr v = wide(x), a = magnitude(v), s = v * v;
    const Expr near_zero = v * polynomial(s, {1.0, -1.0 / 6, 3.0 / 40});
    const Expr away = wide_copy_sign(wide_log(a + sqrt(s + f64(1))), v);
    return narrow_like(x, select(a < f64(0.01), near_zero, away));
}

Expr acosh(const Expr& x) {
    if (is_f64(x)) return call_c("acosh", {x});
    const Expr v = wide(x);
    const Expr y = wide_log(v + sqrt(v * v - f64(1)));
    return narrow_like(x, select(v < f64(1), f64(detail::wide_nan), y));
}

Expr atanh(const Expr& x) {
    if (is_f64(x)) return call_c("atanh", {x});
    const Expr v = wide(x), a = magnitude(v);
    const Expr near_zero = v * polynomial(v * v, {1.0, 1.0 / 3, 1.0 / 5});
    const Expr away = wide_copy_sign(wide_log((f64(1) + a) / (f64(1) - a)) * f64(0.5), v);
    return narrow_like(x, select(a<f64(0.01), near_zero, a> f64(1), f64(detail::wide_nan), away));
}

}  // namespace lithe::lower_math
