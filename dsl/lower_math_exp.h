#pragma once

#include <Halide.h>

namespace lithe::lower_math {

/// e^x where x <= 0 or NaN, as in a softmax: f32 in half the operations of `exp`, to the same
/// bound; other types by `exp`.
Halide::Expr exp_of_negative(const Halide::Expr& x);

/// 4^x of f32 where x <= 0 or NaN, with still fewer products: 1.5 ulp, but 0 where it would be a
/// denormal number.
Halide::Expr exp4_of_negative(const Halide::Expr& x);

}  // namespace lithe::lower_math
