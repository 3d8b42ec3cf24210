// Arithmetic composed of nodes.
#include <cmath>
#include <numbers>

#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {

Tensor div(const Tensor& a, const Tensor& b, Rounding rounding) {
    if (rounding == Rounding::none) return div(a, b);
    const auto [x, y] = promoted(a, b);
    if (rounding == Rounding::floor) return floor_div(x, y);
    if (x.is_floating_point()) return trunc(div(x, y));
    return floor_div(sub(x, fmod(x, y)), y);  // exact: what is divided is a multiple
}

Tensor floor_div(const Tensor& a, const Scalar& b) { return floor_div(a, scalar_for(a, b)); }
Tensor fmod(const Tensor& a, const Scalar& b) { return fmod(a, scalar_for(a, b)); }
Tensor remainder(const Tensor& a, const Scalar& b) { return remainder(a, scalar_for(a, b)); }
Tensor remainder(const Scalar& a, const Tensor& b) { return remainder(scalar_for(b, a), b); }
Tensor add(const Tensor& a, const Scalar& b) { return a + b; }
Tensor add(const Tensor& a, const Scalar& b, const Scalar& alpha) {
    return alpha.is_one() ? a + b : add(a, scalar_for(a, b), alpha);
}
Tensor add(const Tensor& a, const Tensor& b, const Scalar& alpha) { return a + b * alpha; }
Tensor sub(const Tensor& a, const Tensor& b, const Scalar& alpha) { return a - b * alpha; }
Tensor sub(const Tensor& a, const Scalar& b) { return a - b; }
Tensor sub(const Tensor& a, const Scalar& b, const Scalar& alpha) {
    return alpha.is_one() ? a - b : sub(a, scalar_for(a, b), alpha);
}
Tensor mul(const Tensor& a, const Scalar& b) { return a * b; }
Tensor div(const Tensor& a, const Scalar& b) { return a / b; }
Tensor maximum(const Tensor& a, const Scalar& b) { return maximum(a, scalar_for(a, b)); }
Tensor minimum(const Tensor& a, const Scalar& b) { return minimum(a, scalar_for(a, b)); }

Tensor square(const Tensor& x) { return x * x; }

Tensor pow(const Tensor& x, const Scalar& exponent) {
    const double power = exponent.to_double();
    if (power == 2) return x * x;
    if (power == 3) return x * x * x;
    const bool whole = !x.is_floating_point() && !exponent.is_floating();
    if (whole && power < 0) {
        throw UserError("pow.negative", "pow: an integer tensor to the negative power " +
                                            std::to_string(exponent.to_int()));
    }
    if (power == 1) return exponent.is_floating() ? as_floating(x) : x;
    if (!whole && power == 0.5) return sqrt(x);
    if (!whole && power == -0.5) return rsqrt(x);
    if (!whole && power == -1) return reciprocal(x);
    return pow(x, scalar_for(x, exponent));
}

Tensor pow(const Scalar& base, const Tensor& exponent) {
    return pow(scalar_for(exponent, base), exponent);
}

Tensor exp2(const Tensor& x) { return exp(x * std::numbers::ln2); }
Tensor log2(const Tensor& x) { return log(x) * std::numbers::log2e; }
Tensor log10(const Tensor& x) { return log(x) * std::numbers::log10e; }
Tensor frac(const Tensor& x) { return x - trunc(x); }
Tensor lerp(const Tensor& a, const Tensor& b, const Tensor& weight) { return a + weight * (b - a); }
Tensor lerp(const Tensor& a, const Tensor& b, const Scalar& weight) { return a + (b - a) * weight; }
Tensor addcmul(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& value) {
    return x + a * b * value;
}
Tensor addcdiv(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& value) {
    return x + a / b * value;
}
Tensor clamp_min(const Tensor& x, const Scalar& min) { return clamp(x, min); }
Tensor clamp_max(const Tensor& x, const Scalar& max) { return clamp(x, std::nullopt, max); }
Tensor clamp_min(const Tensor& x, const Tensor& min) { return maximum(x, min); }
Tensor clamp_max(const Tensor& x, const Tensor& max) { return minimum(x, max); }

Tensor nan_to_num(const Tensor& x, std::optional<double> nan, std::optional<double> positive,
                  std::optional<double> negative) {
    if (!x.is_floating_point()) return x;
    const double most = x.dtype() == DType::f32 ? std::numeric_limits<float>::max()
                                                : std::numeric_limits<double>::max();
    const Tensor without_nan = where(isnan(x), scalar_for(x, nan.value_or(0)), x);
    const Tensor capped = where(x == INFINITY, scalar_for(x, positive.value_or(most)), without_nan);
    return where(x == -INFINITY, scalar_for(x, negative.value_or(-most)), capped);
}

Tensor float_power(const Tensor& x, const Tensor& exponent) {
    return pow(x.to(DType::f64), exponent.to(DType::f64));
}
Tensor float_power(const Tensor& x, const Scalar& exponent) {
    return pow(x.to(DType::f64), exponent);
}
Tensor float_power(const Scalar& x, const Tensor& exponent) {
    return pow(full({}, x, DType::f64), exponent.to(DType::f64));
}
Tensor ldexp(const Tensor& x, const Tensor& exponent) { return x * exp2(exponent); }

}  // namespace lithe
