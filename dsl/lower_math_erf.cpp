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
using detail::wide_exp;
using detail::wide_log;

// erfc a = e^(-a^2) g(t) / (1 + 2 a) with t = (a - 4) / (a + 4), as Schonfelder does.
Expr erfc(const Expr& x) {
    if (is_f64(x)) return call_c("erfc", {x});
    const Expr v = wide(x), whole = magnitude(v);
    const Expr a = select(whole > f64(11), f64(11), whole);
    const Expr t = (a - f64(4)) / (a + f64(4));
    const Expr g = polynomial(
        t, {1.2329951186255526, -0.13962111684059605, 0.015379652103132966, 0.06809705425806233,
            -0.10103906608622158, 0.09373283486796832, -0.06633036439926461, 0.037167518601025316,
            -0.016197750912561277, 0.005031928555423204, -0.0007576864129431378,
            -0.00019896225533689777, 0.00015052860458311787, -2.5387365231618328e-05,
            -1.1916719320831412e-05, 6.749607560056651e-06, 2.1046259384897456e-06});
    const Expr tail = wide_exp(a * a * f64(-1)) * g / (f64(1) + f64(2) * a);
    return narrow_like(x, select(v < f64(0), f64(2) - tail, tail));
}

namespace {

/// erfinv(x) / x as a function of w = -log(1 - x^2); to 7e-9 up to w = 16.8, to 1e-6 beyond.
Expr erfinv_factor(const Expr& w) {
    const Expr t = w - f64(2.5), root = sqrt(w);
    const Expr middle =
        polynomial(t, {1.501409351110792, 0.24664027673055933, -0.00417731772599164,
                       -0.0012527078260762582, 0.000218250273934182, -4.9962227613667115e-06,
                       -3.416636103077881e-06, 4.788369412627382e-07, 1.3429287142216358e-08,
                       -1.0906655743110653e-08, 9.024881447909744e-10, 1.2982446043371449e-10,
                       -3.0122346021629576e-11, -3.388817519066577e-13, 4.384995311926027e-13});
    const Expr tail = polynomial(
        root - f64(3), {2.8329768011588836, 1.0016752853175022, 0.009445322998191417,
                        -0.0076437457320701185, 0.005687687558257992, -0.0035616784594681124,
                        0.0014737455981858327, -0.00013131994271710926, -0.0002722671058703768,
                        0.00016854158453274745, -3.457579213452002e-05});
    const Expr far = polynomial(
        root - f64(5), {4.849906400834839, 1.0103004699045295, -0.00013870252641687183,
                        -0.00021509148634223554, 7.592699223795818e-05, -1.9482016547938473e-05,
                        4.588011449818408e-06, -1.2226701828158708e-06, 2.573142035016602e-07});
    return select(w < f64(5), middle, w < f64(16.5), tail, far);
}

/// One step of Newton's method for erf y = x, by erfc where 1 - |x| is exact.
Expr newton(const Expr& y, const Expr& a) {
    const Expr slope = f64(1.1283791670955126) * call_c("exp", {y * y * f64(-1)});
    const Expr error =
        select(a < f64(0.5), call_c("erf", {y}) - a, (f64(1) - a) - call_c("erfc", {y}));
    return y - error / slope;
}

}  // namespace

Expr erfinv(const Expr& x) {
    const Expr v = wide(x), a = magnitude(v);
    const Expr w = wide_log((f64(1) - a) * (f64(1) + a)) * f64(-1);
    Expr y = a * erfinv_factor(w);
    if (is_f64(x)) y = newton(newton(y, a), a);
    y = select(a == f64(1), f64(detail::wide_infinity), a > f64(1), f64(detail::wide_nan), y);
    return narrow_like(x, detail::wide_copy_sign(y, v));
}

}  // namespace lithe::lower_math
