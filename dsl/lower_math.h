#pragma once

#include <Halide.h>

/// Elementary functions as Halide Exprs, for the ops' `lower`.
///
/// f32 are polynomials of lithe's own: vector code, no call, the same bits on every target that has
/// an instruction for `multiply_add`. NaN passes, infinities and signed zeros give what C's
/// functions give, denormals are neither flushed nor lost. Each is evaluated strictly by itself, so
/// it may stand in any Expr. f64 calls the C library, lane by lane: right, not fast. What may be
/// called stands in compiler/lower/object.h.
///
/// The bounds are over all floats, in units of the last place of the exact result.
namespace lithe::lower_math {

using Halide::Expr;

Expr exp(const Expr& x);                 ///< 1.1 ulp
Expr expm1(const Expr& x);               ///< 2 ulp
Expr log(const Expr& x);                 ///< 1.5 ulp; -inf for 0, NaN below
Expr log1p(const Expr& x);               ///< 2.5 ulp
Expr tanh(const Expr& x);                ///< 3 ulp
Expr sigmoid(const Expr& x);             ///< 2.5 ulp: 1 / (1 + exp(-x))
Expr erf(const Expr& x);                 ///< 2 ulp
Expr sin(const Expr& x);                 ///< 1.6 ulp, whatever the size of x
Expr cos(const Expr& x);                 ///< 1.6 ulp, whatever the size of x
Expr pow(const Expr& x, const Expr& y);  ///< 1 ulp

// In doubles inside, so rounded once: 0.6 ulp.
Expr tan(const Expr& x);
Expr asin(const Expr& x);
Expr acos(const Expr& x);
Expr atan(const Expr& x);
Expr atan2(const Expr& y, const Expr& x);
Expr sinh(const Expr& x);
Expr cosh(const Expr& x);
Expr asinh(const Expr& x);
Expr acosh(const Expr& x);
Expr atanh(const Expr& x);
Expr erfc(const Expr& x);
Expr erfinv(const Expr& x);  ///< f64 too is lithe's own, to 4 ulp
Expr lgamma(const Expr& x);
Expr digamma(const Expr& x);  ///< f64 too is lithe's own, to 1e-14
Expr polygamma(int order,
               const Expr& x);  ///< the derivatives of digamma; from the 2nd on for x >= 0

/// The remainders of C's fmod, and of Python's %, which has the sign of b: exact; libm, lane by
/// lane.
Expr fmod(const Expr& a, const Expr& b);
Expr remainder(const Expr& a, const Expr& b);

/// The quotient of integers cut towards 0, wherever the operands are: 0 where b is 0, and the
/// lowest number by -1 wraps to itself.
Expr quotient(const Expr& a, const Expr& b);

/// Whether x is NaN; false for integers. Not x != x, which Halide 21 may fold to false where x does
/// not change along a loop.
Expr is_nan(const Expr& x);

/// |x|. Halide's own stays under the assumption that there are no NaN and infinities.
Expr abs(const Expr& x);
/// -x, with the sign of zero; Halide's own gives 0 - x.
Expr negate(const Expr& x);

}  // namespace lithe::lower_math
