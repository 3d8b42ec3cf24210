#include "dsl/lower_math_exp.h"

#include "dsl/lower_math_detail.h"

namespace lithe::lower_math {

using detail::Expr;
using detail::float_of;
using detail::strict;

// 4^x = 2^n 2^r with n + r = 2 x. Adding 1.5 * 2^23 + 127 rounds to n, whose low bits are then the
// exponent of 2^n.
Expr exp4_of_negative(const Expr& x) {
    constexpr float magic = 12582912.f + 127.f;
    const Expr twice = x + x, shifted = twice + magic, n = shifted - magic, r = twice - n;
    Expr p = 0.00015353361959569156f;
    for (const float c : {0.0013398875016719103f, 0.00961843691766262f, 0.055503323674201965f,
                          0.24022647738456726f, 0.6931471824645996f, 1.f})
        p = multiply_add(p, r, c);
    const Expr power = float_of(Halide::reinterpret<uint32_t>(shifted) << 23);
    return strict(select(x < -63.f, 0.f, p * power));
}

}  // namespace lithe::lower_math
