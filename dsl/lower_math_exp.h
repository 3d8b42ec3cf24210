#pragma once

#include <Halide.h>

namespace lithe::lower_math {

/// e^x where x <= 0 or NaN, as in a softmax: f32 in half the operations of `exp`, to the same
/// bound; other types by `exp`.
Halide::Expr exp_of_negative(const Halide::Expr& x);

}  // namespace lithe::lower_math
