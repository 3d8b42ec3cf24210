#pragma once

#include <Halide.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "dsl/lower_multiply_add.h"

/// What the files of lower_math share.
namespace lithe::lower_math::detail {

using Halide::Expr;

inline bool is_f64(const Expr& x) { return x.type().element_of() == Halide::Float(64); }

/// Evaluates x as IEEE 754 says. Equal parts are bound to names first: Halide walks an Expr as a
/// tree, and the trees of nested functions grow exponentially.
inline Expr strict(const Expr& x) {
    return Halide::strict_float(Halide::Internal::common_subexpression_elimination(x));
}

inline Expr call_c(const std::string& name, const std::vector<Expr>& arguments) {
    return Halide::Internal::Call::make(arguments[0].type(), name, arguments,
                                        Halide::Internal::Call::PureExtern);
}

inline Expr u32(uint32_t value) { return Halide::Internal::make_const(Halide::UInt(32), value); }

inline Expr u64(uint64_t value) { return Halide::Internal::make_const(Halide::UInt(64), value); }

inline Expr i64(int64_t value) { return Halide::Internal::make_const(Halide::Int(64), value); }

inline Expr f64(double value) { return Halide::Internal::make_const(Halide::Float(64), value); }

inline Expr bits(const Expr& x) { return Halide::reinterpret<int32_t>(x); }

inline Expr float_of(const Expr& x) { return Halide::reinterpret<float>(x); }

/// |x| by its bits: Halide's abs keeps the assumption that there are no infinities, strict or not.
inline Expr magnitude(const Expr& x) {
    if (is_f64(x)) {
        return Halide::reinterpret<double>(Halide::reinterpret<uint64_t>(x) &
                                           u64(~uint64_t(0) >> 1));
    }
    return Halide::reinterpret<float>(Halide::reinterpret<uint32_t>(x) & u32(0x7FFFFFFF));
}

/// By the bits: Halide 21 may fold x != x to false where x does not change along a loop.
inline Expr is_nan_bits(const Expr& x) {
    if (is_f64(x))
        return (Halide::reinterpret<uint64_t>(x) & u64(~uint64_t(0) >> 1)) >
               u64(0x7FF0000000000000);
    return (Halide::reinterpret<uint32_t>(x) & u32(0x7FFFFFFF)) > u32(0x7F800000);
}

/// 2^(e - 127) for what is in the low bits of e, a number of 32 bits.
inline Expr power_of_bits(const Expr& e) {
    return float_of(Halide::reinterpret<uint32_t>(e) << 23);
}

/// 2^n for n in -126..127.
inline Expr power_of_two(const Expr& n) {
    return power_of_bits(Halide::reinterpret<uint32_t>(n) + u32(127));
}

/// x 2^n for n in -252..254; in two steps, so that a denormal result is rounded once.
inline Expr scale(const Expr& x, const Expr& n) {
    const Expr half = n >> 1;
    return x * power_of_two(half) * power_of_two(n - half);
}

/// |magnitude| with the sign of `sign`.
inline Expr copy_sign(const Expr& magnitude, const Expr& sign) {
    const Expr sign_bit = u32(0x80000000u);
    return Halide::reinterpret<float>((Halide::reinterpret<uint32_t>(magnitude) & ~sign_bit) |
                                      (Halide::reinterpret<uint32_t>(sign) & sign_bit));
}

/// c[0] + c[1] x + c[2] x^2 + ... by Horner's scheme: its chain is longer than Estrin's, and it has
/// no operation but the multiply-adds.
inline Expr horner(const Expr& x, std::initializer_list<float> coefficients) {
    Expr sum;
    for (auto c = std::rbegin(coefficients); c != std::rend(coefficients); ++c)
        sum = sum.defined() ? multiply_add(sum, x, *c) : Expr(*c);
    return sum;
}

/// NaN passes: it is neither below nor above.
inline Expr clamp_passing_nan(const Expr& x, float low, float high) {
    const Expr below = select(x > high, high, x);
    return select(below < low, low, below);
}

/// Added to a float it rounds to an integer n, whose low bits are then those of 2^(n + scale),
/// unshifted.
constexpr float exponent_magic(int scale) { return 12582912.f + 127 + static_cast<float>(scale); }

/// c[0] + c[1] x + c[2] x^2 + ... by Estrin's scheme: its chain of dependent operations is half as
/// long as Horner's, which is what a loop over one vector waits for.
template <class Number>
Expr polynomial(const Expr& x, std::initializer_list<Number> coefficients) {
    const auto step = [](const Expr& a, const Expr& b, const Expr& c) {
        return c.type().bits() == 32 ? multiply_add(a, b, c) : c + a * b;
    };
    std::vector<Expr> terms;
    for (const Number c : coefficients) {
        terms.push_back(Halide::Internal::make_const(x.type(), c));
    }
    for (Expr power = x; terms.size() > 1; power = power * power) {
        for (size_t i = 0; 2 * i < terms.size(); ++i) {
            terms[i] = 2 * i + 1 < terms.size() ? step(terms[2 * i + 1], power, terms[2 * i])
                                                : terms[2 * i];
        }
        terms.resize((terms.size() + 1) / 2);
    }
    return terms.front();
}

}  // namespace lithe::lower_math::detail
