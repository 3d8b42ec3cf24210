#pragma once

#include <Halide.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "dsl/lower_math.h"
#include "dsl/lower_math_gelu.h"

namespace lithe::tests {

/// An elementary function of kernels, beside its exact value and the bound that docs/numbers.md
/// states.
struct MathFunction {
    const char* name;
    Halide::Expr (*lower)(const Halide::Expr&);
    double (*exact)(double);
    double bound_ulp;
    double from = -std::numeric_limits<double>::infinity();  ///< where the bound holds
    bool of_argument = false;  ///< the bound counts units of x, not of the result
};

namespace detail {

inline double sigmoid(double x) {
    return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x));
}

inline double gelu(double x) { return x * std::erfc(x * -M_SQRT1_2) / 2; }

inline double gelu_by_tanh(double x) {
    return x * sigmoid(2 * std::sqrt(M_2_PI) * (x + 0.044715 * x * x * x));
}

/// By bisection on erf and erfc: slow, and as exact as they are.
inline double erfinv(double x) {
    const double a = std::abs(x);
    if (!(a < 1)) return a == 1 ? std::copysign(std::numeric_limits<double>::infinity(), x) : NAN;
    double y = a < 0.9 ? a * 0.8862269254527580 : std::sqrt(-std::log((1 - a) * (1 + a)));
    for (int i = 0; i < 60; ++i) {
        const double error = a < 0.5 ? std::erf(y) - a : (1 - a) - std::erfc(y);
        const double step = error / (1.1283791670955126 * std::exp(-y * y));
        y -= step;
        if (std::abs(step) <= 1e-16 * y) break;
    }
    return std::copysign(y, x);
}

inline double digamma(double x) {
    if (x == 0) return std::copysign(std::numeric_limits<double>::infinity(), -x);
    if (std::isinf(x)) return x > 0 ? x : NAN;
    if (x < 0) {
        if (x == std::floor(x)) return NAN;
        const double part = -x - std::floor(-x);  // pi cot(pi x) has period 1
        return digamma(1 - x) + M_PI / std::tan(M_PI * (part > 0.5 ? part - 1 : part));
    }
    long double steps = 0, z = x;
    for (; z < 20; z += 1) steps += 1 / z;
    const long double s = 1 / (z * z);
    return static_cast<double>(
        std::log(z) - 0.5L / z -
        s * (1.0L / 12 - s * (1.0L / 120 - s * (1.0L / 252 - s * (1.0L / 240 - s / 132)))) - steps);
}

}  // namespace detail

inline const std::vector<MathFunction>& math_functions() {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    static const std::vector<MathFunction> all = {
        {"exp", lower_math::exp, std::exp, 1.1},
        {"expm1", lower_math::expm1, std::expm1, 2},
        {"log", lower_math::log, std::log, 1.5},
        {"log1p", lower_math::log1p, std::log1p, 2.5},
        {"tanh", lower_math::tanh, std::tanh, 3},
        {"sigmoid", lower_math::sigmoid, detail::sigmoid, 2.5},
        {"erf", lower_math::erf, std::erf, 2},
        {"sin", lower_math::sin, std::sin, 1.6},
        {"cos", lower_math::cos, std::cos, 1.6},
        {"tan", lower_math::tan, std::tan, 0.6},
        {"asin", lower_math::asin, std::asin, 0.6},
        {"acos", lower_math::acos, std::acos, 0.6},
        {"atan", lower_math::atan, std::atan, 0.6},
        {"sinh", lower_math::sinh, std::sinh, 0.6},
        {"cosh", lower_math::cosh, std::cosh, 0.6},
        {"asinh", lower_math::asinh, std::asinh, 0.6},
        {"acosh", lower_math::acosh, std::acosh, 0.6},
        {"atanh", lower_math::atanh, std::atanh, 0.6},
        {"erfc", lower_math::erfc, std::erfc, 0.6},
        {"erfinv", lower_math::erfinv, detail::erfinv, 0.7},
        {"lgamma", lower_math::lgamma, std::lgamma, 0.6, 0},
        {"digamma", lower_math::digamma, detail::digamma, 0.6, 0},
        {"gelu", lower_math::gelu, detail::gelu, 3.5, -infinity, true},
        {"gelu_by_tanh", lower_math::gelu_by_tanh, detail::gelu_by_tanh, 2.5, -infinity, true},
    };
    return all;
}

/// The flags that kernels are compiled with.
inline Halide::Target strict_target() {
    return Halide::get_jit_target_from_environment().with_feature(Halide::Target::StrictFloat);
}

/// `function` of every element by Halide's JIT, in vectors.
template <class T, class Function>
std::vector<T> evaluate(Function function, std::vector<T> x,
                        const Halide::Target& target = strict_target()) {
    const size_t count = x.size();
    x.resize((count + 15) / 16 * 16, T(1));
    Halide::Buffer<T> in(x.data(), static_cast<int>(x.size()));
    Halide::Func f;
    Halide::Var i;
    f(i) = function(in(i));
    f.vectorize(i, 16);
    std::vector<T> y(x.size());
    Halide::Buffer<T> out(y.data(), static_cast<int>(y.size()));
    f.realize(out, target);
    y.resize(count);
    return y;
}

/// The same of every pair of operands, one row of results for each of `seconds`; in buffers, as
/// kernels have theirs.
template <class T, class Function>
std::vector<std::vector<T>> evaluate_pairs(Function function, std::vector<T> x,
                                           std::vector<T> seconds) {
    const size_t count = x.size();
    x.resize((count + 15) / 16 * 16, T(1));
    const int width = static_cast<int>(x.size()), height = static_cast<int>(seconds.size());
    Halide::Buffer<T> in(x.data(), width), other(seconds.data(), height);
    Halide::Func f;
    Halide::Var i, j;
    f(i, j) = function(in(i), other(j));
    f.vectorize(i, 16);
    std::vector<T> y(x.size() * seconds.size());
    Halide::Buffer<T> out(y.data(), width, height);
    f.realize(out, strict_target());
    std::vector<std::vector<T>> rows;
    for (size_t k = 0; k < seconds.size(); ++k) {
        const auto begin = y.begin() + static_cast<int64_t>(k * x.size());
        rows.emplace_back(begin, begin + static_cast<int64_t>(count));
    }
    return rows;
}

/// |y - exact| in units of the last place of a float near `exact`; infinite where one of them
/// alone is NaN, or the signs of zeros differ.
inline double error_ulp(float y, double exact) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (std::isnan(exact) || std::isnan(y))
        return std::isnan(exact) == std::isnan(y) ? 0 : infinity;
    const auto rounded = static_cast<float>(exact);
    if (y == rounded) return y == 0 && std::signbit(y) != std::signbit(rounded) ? infinity : 0;
    if (std::isinf(y)) exact = std::copysign(std::min(std::abs(exact), 0x1p128), exact);
    int exponent = 0;
    std::frexp(exact, &exponent);
    const double one_ulp = std::ldexp(1.0, std::max(exponent - 24, -149));
    return std::abs((std::isinf(y) ? std::copysign(0x1p128, y) : static_cast<double>(y)) - exact) /
           one_ulp;
}

/// The same as the function's bound counts it.
inline double error_ulp(const MathFunction& function, float x, float y) {
    const double exact = function.exact(static_cast<double>(x));
    const double error = error_ulp(y, exact);
    if (!function.of_argument || !(error > 0) || !std::isfinite(x) || !std::isfinite(y))
        return error;
    int exponent = 0;
    std::frexp(x, &exponent);
    return std::abs(static_cast<double>(y) - exact) /
           std::ldexp(1.0, std::max(exponent - 24, -149));
}

/// Whether function and bound apply at x.
inline bool applies(const MathFunction& function, float x) { return !(x < function.from); }

}  // namespace lithe::tests
