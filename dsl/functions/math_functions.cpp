// Rarer arithmetic, comparison and order, composed of nodes.
#include <bit>
#include <cmath>
#include <numbers>

#include "dsl/integer_index.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {

Tensor bitwise_not(const Tensor& x) {
    return x.dtype() == DType::boolean ? logical_not(x) : bitwise_xor(x, full({}, -1, x.dtype()));
}
Tensor floor_divide(const Tensor& a, const Tensor& b) { return floor_div(a, b); }
Tensor floor_divide(const Tensor& a, const Scalar& b) { return floor_div(a, b); }
Tensor rsub(const Tensor& a, const Tensor& b, const Scalar& alpha) { return subtract(b, a, alpha); }

Tensor hypot(const Tensor& a, const Tensor& b) {
    const Tensor x = abs(a), y = abs(b), most = maximum(x, y).detach();
    // By the larger one, so that squares do not overflow; an infinity wins over all.
    const Tensor scale = where(logical_and(most > 0, isfinite(most)), most, 1);
    const Tensor u = x / scale, v = y / scale;
    const Tensor square = u * u + v * v, is_zero = square == 0;  // no root has a slope at 0
    const Tensor length = where(is_zero, square, sqrt(where(is_zero, 1, square)) * scale);
    return where(logical_or(isinf(x), isinf(y)), INFINITY, length);
}

Tensor logaddexp(const Tensor& a, const Tensor& b) {
    const auto [x, y] = promoted(as_floating(a), as_floating(b));
    // Equal infinities have no difference: either one is the result.
    const Tensor is_same = logical_and(eq(x, y), isinf(x));
    const Tensor u = where(is_same, 0, x), v = where(is_same, 0, y), most = maximum(u, v).detach();
    const Tensor shift = where(isfinite(most), most, 0);
    return where(is_same, x, log(exp(u - shift) + exp(v - shift)) + shift);
}
Tensor logaddexp2(const Tensor& a, const Tensor& b) {
    return logaddexp(a * std::numbers::ln2, b * std::numbers::ln2) * std::numbers::log2e;
}

Tensor logit(const Tensor& x, std::optional<double> eps) {
    const Tensor p = eps ? clamp(x, *eps, 1 - *eps) : x;
    return log(p / (1 - p));
}

Tensor sinc(const Tensor& x) {
    const Tensor is_zero = x == 0, angle = where(is_zero, 1, x) * std::numbers::pi;
    return where(is_zero, 1, sin(angle) / angle);
}

Tensor signbit(const Tensor& x) {
    if (!x.is_floating_point()) return x.dtype() == DType::boolean ? zeros_like(x) : x < 0;
    // 1 / -0 is -infinity: what tells the zeros apart.
    return logical_or(x < 0, logical_and(x == 0, reciprocal(x.detach()) < 0));
}

Tensor copysign(const Tensor& magnitude, const Tensor& sign) {
    const auto [size, other] = promoted(abs(as_floating(magnitude)), sign);
    return where(signbit(other), -size, size);
}

Tensor heaviside(const Tensor& x, const Tensor& at_zero) {
    return where(x == 0, at_zero.to(x.dtype()), (x > 0).to(x.dtype()));
}

Tensor fmax(const Tensor& a, const Tensor& b) {
    return where(isnan(a), b, where(isnan(b), a, maximum(a, b)));
}
Tensor fmin(const Tensor& a, const Tensor& b) {
    return where(isnan(a), b, where(isnan(b), a, minimum(a, b)));
}
Tensor deg2rad(const Tensor& x) { return x * (std::numbers::pi / 180); }
Tensor rad2deg(const Tensor& x) { return x * (180 / std::numbers::pi); }

Tensor round(const Tensor& x, int64_t decimals) {
    if (decimals == 0) return round(x);
    const double unit = std::pow(10.0, static_cast<double>(std::abs(decimals)));
    return decimals > 0 ? round(x * unit) / unit : round(x / unit) * unit;
}

Tensor clamp(const Tensor& x, const Tensor& min, const Tensor& max) {
    if (!min.defined() && !max.defined()) {
        throw UserError("clamp.bounds", "clamp: neither of the bounds is given");
    }
    const Tensor raised = min.defined() ? maximum(x, min) : x;
    return max.defined() ? minimum(raised, max) : raised;
}
Tensor clip(const Tensor& x, std::optional<Scalar> min, std::optional<Scalar> max) {
    return clamp(x, min, max);
}

Tensor div(const Tensor& a, const Tensor& b, std::optional<std::string_view> rounding) {
    if (!rounding) return div(a, b);
    if (*rounding == "trunc") return div(a, b, Rounding::trunc);
    if (*rounding == "floor") return div(a, b, Rounding::floor);
    throw UserError("div.rounding", "div: expected rounding 'trunc' or 'floor', got '" +
                                        std::string(*rounding) + "'");
}
Tensor div(const Tensor& a, const Scalar& b, std::optional<std::string_view> rounding) {
    return div(a, scalar_for(a, b), rounding);
}

Tensor isposinf(const Tensor& x) {
    return x.is_floating_point() ? x == INFINITY : full_like(x, false, DType::boolean);
}
Tensor isneginf(const Tensor& x) {
    return x.is_floating_point() ? x == -INFINITY : full_like(x, false, DType::boolean);
}
Tensor isin(const Tensor& x, const Tensor& list, bool /*assume_unique*/, bool invert) {
    const Tensor found = any(eq(unsqueeze(x, -1), reshape(list, {-1})), -1);
    return invert ? logical_not(found) : found;
}

namespace {

/// Lines up to this length are counted through; longer ones are halved.
constexpr int64_t longest_counted = 64;

/// Whether elements of the sorted line come before the values. A NaN belongs behind all numbers.
Tensor comes_before(const Tensor& element, const Tensor& value, bool right) {
    const Tensor before = right ? logical_not(lt(value, element)) : lt(element, value);
    return logical_or(before, isnan(value));
}

/// Goes on by halves of the line: `count` elements, then half as many, ... are known to come
/// before.
Tensor searched_by_halves(const Tensor& sorted, const Tensor& values, bool right) {
    const int64_t length = sorted.size(-1).constant();
    Tensor found = zeros(values.sizes(), DType::i64);
    for (auto step = static_cast<int64_t>(std::bit_floor(static_cast<uint64_t>(length))); step > 0;
         step /= 2) {
        const Tensor next = found + step, at = clamp_max(next - 1, length - 1);
        const Tensor element =
            sorted.dim() == 1 ? reshape(index_select(sorted, 0, reshape(at, {-1})), values.sizes())
                              : gather(sorted, -1, at);
        const Tensor is_known = logical_and(next <= length, comes_before(element, values, right));
        found = where(is_known, next, found);
    }
    return found;
}

/// Whether the place behind equal elements is wanted.
bool is_right(bool right, std::optional<std::string_view> side) {
    if (!side) return right;
    const bool fits = *side == "right" || (*side == "left" && !right);
    if (fits) return *side == "right";
    throw UserError("searchsorted.side",
                    "searchsorted: the side is '" + std::string(*side) + "', expected " +
                        (right ? "'right' as right is true" : "'left' or 'right'"));
}

Tensor in_order(const Tensor& line, const Tensor& sorter) {
    if (!sorter.defined()) return line;
    if (!same(line.sizes(), sorter.sizes())) {
        throw UserError("searchsorted.sorter", "searchsorted: the sorter " + sorter.type().str() +
                                                   " does not have the shape of " +
                                                   line.type().str());
    }
    return gather(line, -1, integer_index("searchsorted", sorter));
}

Tensor searched(const Tensor& sorted, const Tensor& values, bool right) {
    const Tensor line = unsqueeze(sorted, -2), value = unsqueeze(values, -1);
    const Tensor& row = sorted.dim() == 1 ? sorted : line;
    if (sorted.dim() != 1 && sorted.dim() != values.dim()) {
        throw UserError("searchsorted.rank", "searchsorted: the sorted " + sorted.type().str() +
                                                 " must be one line, or have the rank of the " +
                                                 "values " + values.type().str());
    }
    const bool is_long =
        sorted.size(-1).is_constant() && sorted.size(-1).constant() > longest_counted;
    if (is_long) return searched_by_halves(sorted, values, right);
    return sum(comes_before(row, value, right), -1);
}

}  // namespace

Tensor searchsorted(const Tensor& sorted, const Tensor& values, bool out_int32, bool right,
                    std::optional<std::string_view> side, const Tensor& sorter) {
    const Tensor found = searched(in_order(sorted, sorter), values, is_right(right, side));
    return out_int32 ? found.to(DType::i32) : found;
}
Tensor bucketize(const Tensor& values, const Tensor& boundaries, bool out_int32, bool right) {
    if (boundaries.dim() != 1) {
        throw UserError("bucketize.rank",
                        "bucketize: expected a line of boundaries, got " + boundaries.type().str());
    }
    return searchsorted(boundaries, values, out_int32, right);
}

Tensor logspace(const Scalar& start, const Scalar& end, int64_t count, double base,
                const TensorOptions& options) {
    const Tensor exponents = linspace(start, end, count, TensorOptions(DType::f64));
    return with_options(pow(Scalar(base), exponents).to(options.dtype_or(DType::f32)), options);
}

Tensor multiply(const Tensor& a, const Tensor& b) { return mul(a, b); }
Tensor subtract(const Tensor& a, const Tensor& b, const Scalar& alpha) {
    return alpha.is_one() ? sub(a, b) : sub(a, b, alpha);
}
Tensor divide(const Tensor& a, const Tensor& b, std::optional<std::string_view> rounding) {
    return div(a, b, rounding);
}
Tensor true_divide(const Tensor& a, const Tensor& b) { return div(a, b); }
Tensor negative(const Tensor& x) { return neg(x); }
Tensor absolute(const Tensor& x) { return abs(x); }
Tensor not_equal(const Tensor& a, const Tensor& b) { return ne(a, b); }
Tensor less(const Tensor& a, const Tensor& b) { return lt(a, b); }
Tensor less_equal(const Tensor& a, const Tensor& b) { return le(a, b); }
Tensor greater(const Tensor& a, const Tensor& b) { return gt(a, b); }
Tensor greater_equal(const Tensor& a, const Tensor& b) { return ge(a, b); }

}  // namespace lithe
