#include "dsl/lower_math_exp.h"

#include "dsl/lower_math_detail.h"

namespace lithe::lower_math {

using detail::Expr;
using detail::strict;

// 4^x = 2^n 2^r with n + r = 2 x.
Expr exp4_of_negative(const Expr& x) {
    constexpr float magic = detail::exponent_magic(0);
    const Expr twice = x + x, shifted = twice + magic, n = shifted - magic, r = twice - n;
    const Expr p =
        detail::horner(r, {1.f, 0.6931471824645996f, 0.24022647738456726f, 0.055503323674201965f,
                           0.00961843691766262f, 0.0013398875016719103f, 0.00015353361959569156f});
    return strict(select(x < -63.f, 0.f, p * detail::power_of_bits(shifted)));
}

}  // namespace lithe::lower_math
