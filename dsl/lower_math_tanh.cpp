// The hyperbolic tangent, a quotient of sums of short polynomials.
#include "dsl/lower_math.h"
#include "dsl/lower_math_detail.h"

namespace lithe::lower_math {

using detail::f64;
using detail::float_of;
using detail::is_f64;
using detail::magnitude;
using detail::strict;

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
