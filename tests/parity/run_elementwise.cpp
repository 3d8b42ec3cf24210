#include "tests/parity/run_functions.h"

namespace lithe::tests::parity {
namespace {

void add_unary() {
    LITHE_UNARY(neg);
    LITHE_UNARY(abs);
    LITHE_UNARY(sign);
    LITHE_UNARY(square);
    LITHE_UNARY(reciprocal);
    LITHE_UNARY(sqrt);
    LITHE_UNARY(rsqrt);
    LITHE_UNARY(exp);
    LITHE_UNARY(exp2);
    LITHE_UNARY(expm1);
    LITHE_UNARY(log);
    LITHE_UNARY(log1p);
    LITHE_UNARY(log2);
    LITHE_UNARY(log10);
    LITHE_UNARY(sin);
    LITHE_UNARY(cos);
    LITHE_UNARY(tan);
    LITHE_UNARY(asin);
    LITHE_UNARY(acos);
    LITHE_UNARY(atan);
    LITHE_UNARY(sinh);
    LITHE_UNARY(cosh);
    LITHE_UNARY(asinh);
    LITHE_UNARY(acosh);
    LITHE_UNARY(atanh);
    LITHE_UNARY(erf);
    LITHE_UNARY(erfc);
    LITHE_UNARY(erfinv);
    LITHE_UNARY(lgamma);
    LITHE_UNARY(digamma);
    LITHE_UNARY(sinc);
    LITHE_UNARY(deg2rad);
    LITHE_UNARY(rad2deg);
    LITHE_UNARY(floor);
    LITHE_UNARY(ceil);
    LITHE_UNARY(trunc);
    LITHE_UNARY(frac);
    LITHE_UNARY(isnan);
    LITHE_UNARY(isinf);
    LITHE_UNARY(isfinite);
    LITHE_UNARY(isposinf);
    LITHE_UNARY(isneginf);
    LITHE_UNARY(signbit);
    LITHE_UNARY(logical_not);
    LITHE_UNARY(bitwise_not);
    LITHE_FUNCTION(round, lithe::round(c[0], c.integer("decimals", 0)));
    LITHE_FUNCTION(polygamma, lithe::polygamma(c.integer("n"), c[0]));
    LITHE_FUNCTION(
        logit, lithe::logit(c[0], c.has("eps") ? std::optional(c.number("eps", 0)) : std::nullopt));
    LITHE_FUNCTION(nan_to_num, [&] {
        const auto bound = [&](const char* name) {
            return c.has(name) ? std::optional(c.number(name, 0)) : std::nullopt;
        };
        return lithe::nan_to_num(c[0], c.number("nan", 0), bound("posinf"), bound("neginf"));
    }());
}

/// The second operand is a tensor, or the option `other`.
#define LITHE_WITH_NUMBER(name) \
    LITHE_FUNCTION(             \
        name, c.has("other") ? lithe::name(c[0], c.scalar("other")) : lithe::name(c[0], c[1]))

void add_arithmetic() {
    LITHE_WITH_NUMBER(mul);
    LITHE_WITH_NUMBER(fmod);
    LITHE_WITH_NUMBER(remainder);
    LITHE_WITH_NUMBER(floor_divide);
    LITHE_FUNCTION(add, c.has("other")   ? lithe::add(c[0], c.scalar("other"))
                        : c.has("alpha") ? lithe::add(c[0], c[1], c.scalar("alpha"))
                                         : lithe::add(c[0], c[1]));
    LITHE_FUNCTION(sub, c.has("other")   ? lithe::sub(c[0], c.scalar("other"))
                        : c.has("alpha") ? lithe::sub(c[0], c[1], c.scalar("alpha"))
                                         : lithe::sub(c[0], c[1]));
    LITHE_FUNCTION(div, c.has("rounding_mode")
                            ? lithe::div(c[0], c[1], c.o.get<std::string>("rounding_mode"))
                        : c.has("other") ? lithe::div(c[0], c.scalar("other"))
                                         : lithe::div(c[0], c[1]));
    LITHE_FUNCTION(
        pow, c.has("exponent") ? lithe::pow(c[0], c.scalar("exponent")) : lithe::pow(c[0], c[1]));
    LITHE_BINARY(rsub);
    LITHE_BINARY(maximum);
    LITHE_BINARY(minimum);
    LITHE_BINARY(fmax);
    LITHE_BINARY(fmin);
    LITHE_BINARY(atan2);
    LITHE_BINARY(hypot);
    LITHE_BINARY(logaddexp);
    LITHE_BINARY(logaddexp2);
    LITHE_BINARY(copysign);
    LITHE_BINARY(heaviside);
    LITHE_BINARY(xlogy);
    LITHE_FUNCTION(lerp, c.has("weight") ? lithe::lerp(c[0], c[1], c.scalar("weight"))
                                         : lithe::lerp(c[0], c[1], c[2]));
    LITHE_FUNCTION(addcmul, lithe::addcmul(c[0], c[1], c[2], c.scalar("value")));
    LITHE_FUNCTION(addcdiv, lithe::addcdiv(c[0], c[1], c[2], c.scalar("value")));
    LITHE_FUNCTION(clamp, [&] {
        const Tensor low = c.tensor("min"), high = c.tensor("max");
        if (low.defined() || high.defined()) return lithe::clamp(c[0], low, high);
        const auto bound = [&](const char* name) {
            return c.has(name) ? std::optional<Scalar>(c.scalar(name)) : std::nullopt;
        };
        return lithe::clamp(c[0], bound("min"), bound("max"));
    }());
    LITHE_FUNCTION(clamp_min, lithe::clamp_min(c[0], c.scalar("min")));
    LITHE_FUNCTION(clamp_max, lithe::clamp_max(c[0], c.scalar("max")));
}

void add_comparisons() {
    LITHE_WITH_NUMBER(eq);
    LITHE_WITH_NUMBER(ne);
    LITHE_WITH_NUMBER(lt);
    LITHE_WITH_NUMBER(le);
    LITHE_WITH_NUMBER(gt);
    LITHE_WITH_NUMBER(ge);
    LITHE_BINARY(logical_and);
    LITHE_BINARY(logical_or);
    LITHE_BINARY(logical_xor);
    LITHE_BINARY(bitwise_and);
    LITHE_BINARY(bitwise_or);
    LITHE_BINARY(bitwise_xor);
    LITHE_BINARY(bitwise_left_shift);
    LITHE_BINARY(bitwise_right_shift);
    LITHE_FUNCTION(isin, lithe::isin(c[0], c[1], false, c.o.flag("invert", false)));
    LITHE_FUNCTION(isclose, lithe::isclose(c[0], c[1], c.number("rtol", 1e-5),
                                           c.number("atol", 1e-8), c.o.flag("equal_nan", false)));
    LITHE_FUNCTION(where, lithe::where(c[0], c[1], c[2]));
    LITHE_FUNCTION(masked_fill, c.has("value") ? lithe::masked_fill(c[0], c[1], c.scalar("value"))
                                               : lithe::masked_fill(c[0], c[1], c[2]));
}

Scalar end_of(const Call& c) {
    const std::optional<Dim> called = c.named.size_called(c.o.row().at("end"));
    return called ? Scalar(*called) : c.scalar("end");
}

void add_creation() {
    LITHE_FUNCTION(zeros, lithe::zeros(c.shape("size")));
    LITHE_FUNCTION(ones, lithe::ones(c.shape("size")));
    LITHE_FUNCTION(full, lithe::full(c.shape("size"), c.scalar("fill_value")));
    LITHE_UNARY(zeros_like);
    LITHE_UNARY(ones_like);
    LITHE_FUNCTION(full_like, lithe::full_like(c[0], c.scalar("fill_value")));
    LITHE_FUNCTION(arange, c.has("start")
                               ? lithe::arange(c.scalar("start"), end_of(c), c.scalar("step"))
                               : lithe::arange(end_of(c)));
    LITHE_FUNCTION(linspace, lithe::linspace(c.scalar("start"), c.scalar("end"), c.dim("steps")));
    LITHE_FUNCTION(logspace, lithe::logspace(c.scalar("start"), c.scalar("end"), c.dim("steps"),
                                             c.number("base", 10)));
    LITHE_FUNCTION(eye,
                   c.has("m") ? lithe::eye(c.dim("n"), c.integer("m")) : lithe::eye(c.dim("n")));
    LITHE_FUNCTION(one_hot, lithe::one_hot(c[0], c.integer("num_classes", -1)));
    LITHE_FUNCTION(tril_indices,
                   lithe::tril_indices(c.integer("row"), c.integer("col"), c.integer("offset")));
    LITHE_FUNCTION(triu_indices,
                   lithe::triu_indices(c.integer("row"), c.integer("col"), c.integer("offset")));
}

[[maybe_unused]] const bool is_added = [] {
    add_unary();
    add_arithmetic();
    add_comparisons();
    add_creation();
    return true;
}();

}  // namespace
}  // namespace lithe::tests::parity
