// Rarer reductions and running ones, composed of nodes.
#include <cmath>

#include "dsl/axis.h"
#include "dsl/ops.h"
#include "dsl/running.h"
#include "runtime/error.h"

namespace lithe {
namespace {

/// Numbers that count the axis, broadcast to the axes behind it.
Tensor places_along(const Tensor& x, int64_t axis) {
    Shape shape(static_cast<size_t>(x.dim()), Dim(1));
    shape[static_cast<size_t>(axis)] = x.size(axis);
    return reshape(arange(x.size(axis)), shape);
}

}  // namespace

std::tuple<Tensor, Tensor> var_mean(const Tensor& x, const Axes& axes, int64_t correction,
                                    bool keepdim) {
    return {var(x, axes, correction, keepdim), mean(x, axes, keepdim)};
}
std::tuple<Tensor, Tensor> std_mean(const Tensor& x, const Axes& axes, int64_t correction,
                                    bool keepdim) {
    return {std(x, axes, correction, keepdim), mean(x, axes, keepdim)};
}
std::tuple<Tensor, Tensor> aminmax(const Tensor& x, const Axes& axes, bool keepdim) {
    return {amin(x, axes, keepdim), amax(x, axes, keepdim)};
}

Tensor nansum(const Tensor& x, const Axes& axes, bool keepdim, std::optional<DType> dtype) {
    return sum(where(isnan(x), 0, x), axes, keepdim, dtype);
}
Tensor nanmean(const Tensor& x, const Axes& axes, bool keepdim, std::optional<DType> dtype) {
    const Tensor total = nansum(x, axes, keepdim, dtype);
    return total / sum(logical_not(isnan(x)), axes, keepdim).to(total.dtype());
}

Tensor dist(const Tensor& a, const Tensor& b, double p) { return norm(a - b, p); }

std::tuple<Tensor, Tensor> kthvalue(const Tensor& x, int64_t k, int64_t axis, bool keepdim) {
    if (x.dim() == 0) return {x, zeros({}, DType::i64)};
    const Dim have = x.size(axis);
    if (k < 1 || (have.is_constant() && k > have.constant())) {
        throw UserError("kthvalue.k", "kthvalue: element " + std::to_string(k) + " of the " +
                                          have.str() + " along axis " + std::to_string(axis));
    }
    const Tensor at = narrow(argsort(x, axis), axis, k - 1, 1), value = gather(x, axis, at);
    if (keepdim) return {value, at};
    return {select(value, axis, 0), select(at, axis, 0)};
}

std::tuple<Tensor, Tensor> median(const Tensor& x, int64_t axis, bool keepdim) {
    if (x.dim() == 0) return {x, zeros({}, DType::i64)};
    const Tensor order = argsort(x, axis);
    Tensor at = narrow(order, axis, floor_div(x.size(axis) - 1, Dim(2)), 1);
    if (x.is_floating_point()) {  // NaN is sorted to the end, and wins
        const Tensor last = narrow(order, axis, x.size(axis) - 1, 1);
        at = where(isnan(gather(x, axis, last)), argmax(x, axis, /*keepdim=*/true), at);
    }
    const Tensor value = gather(x, axis, at);
    if (keepdim) return {value, at};
    return {squeeze(value, axis), squeeze(at, axis)};
}
Tensor median(const Tensor& x) { return std::get<0>(median(reshape(x, {-1}), 0)); }

Tensor cumprod(const Tensor& x, int64_t axis, std::optional<DType> dtype) {
    if (dtype) return cumprod(x.to(*dtype), axis).to(*dtype);
    const Tensor from = x.is_floating_point() ? x : x.to(DType::i64);
    if (x.dim() == 0 || x.size(axis).is_constant(0)) return from;
    const int at = normalize_axis("cumprod", axis, static_cast<int>(x.dim()));
    const Tensor is_first = places_along(from, at) == 0;
    // Begins with the first element itself; -0 is what changes no number that it is added to.
    return linear_recurrence(
        where(is_first, 0, from),
        where(is_first, from, scalar_for(from, x.is_floating_point() ? Scalar(-0.0) : Scalar(0))),
        at);
}

std::tuple<Tensor, Tensor> cummax(const Tensor& x, int64_t axis) {
    if (x.dim() == 0) return {x, zeros({}, DType::i64)};
    if (x.size(axis).is_constant(0)) return {x, zeros(x.sizes(), DType::i64)};
    const Tensor at = cummax_index(x, axis);
    return {gather(x, axis, at), at};
}
std::tuple<Tensor, Tensor> cummin(const Tensor& x, int64_t axis) {
    if (x.dim() == 0) return {x, zeros({}, DType::i64)};
    if (x.size(axis).is_constant(0)) return {x, zeros(x.sizes(), DType::i64)};
    const Tensor mirrored = x.is_floating_point() ? -x.detach() : -1 - x.to(DType::i64);
    const Tensor at = cummax_index(mirrored, axis);
    return {gather(x, axis, at), at};
}

/// The sum of exp(x - m) goes on from element to element, where m is the largest so far.
Tensor logcumsumexp(const Tensor& x, int64_t axis) {
    if (x.dim() == 0 || x.size(axis).is_constant(0)) return x;
    const int at = normalize_axis("logcumsumexp", axis, static_cast<int>(x.dim()));
    const Tensor most = std::get<0>(cummax(x.detach(), at));
    // Against infinities nothing is subtracted.
    const Tensor base = where(isinf(most), 0, most);
    const Tensor before = roll(base, {1}, {at}), was_nothing = eq(roll(most, {1}, {at}), -INFINITY);
    const Tensor is_first = logical_or(places_along(x, at) == 0, was_nothing);
    const Tensor factor = where(is_first, 0, exp(where(is_first, 0, before - base)));
    return log(linear_recurrence(factor, exp(x - base), at)) + base;
}

Tensor diff(const Tensor& x, int64_t n, int64_t axis, const Tensor& prepend, const Tensor& append) {
    if (n < 0) {
        throw UserError("diff.n",
                        "diff: expected an order of at least 0, got " + std::to_string(n));
    }
    if (x.dim() == 0) {
        throw UserError("diff.rank", "diff: expected at least 1 axis, got " + x.type().str());
    }
    const int at = normalize_axis("diff", axis, static_cast<int>(x.dim()));
    Tensors parts{x};
    if (prepend.defined()) parts.insert(parts.begin(), prepend);
    if (append.defined()) parts.push_back(append);
    Tensor y = parts.size() == 1 ? x : cat(parts, at);
    for (int64_t i = 0; i < n && !y.size(at).is_constant(0); ++i) {
        const Dim count = y.size(at) - 1;
        const Tensor after = narrow(y, at, 1, count), before = narrow(y, at, 0, count);
        y = y.dtype() == DType::boolean ? logical_xor(after, before) : after - before;
    }
    return y;
}

Tensor msort(const Tensor& x) { return std::get<0>(sort(x, 0)); }

namespace {

/// Twice the areas between neighbours along the axis, by their distances.
Tensor doubled_areas(const Tensor& y, int64_t axis) {
    const Dim count = y.size(axis) - 1;
    return narrow(y, axis, 0, count) + narrow(y, axis, 1, count);
}
/// The distances of the places, along the axis of y.
Tensor distances(const Tensor& y, const Tensor& x, int64_t axis) {
    if (x.dim() != 1) return diff(x, 1, axis);
    Shape shape(static_cast<size_t>(y.dim()), Dim(1));
    shape[static_cast<size_t>(normalize_axis("trapezoid", axis, static_cast<int>(y.dim())))] =
        x.size(0) - 1;
    return reshape(diff(x), shape);
}

}  // namespace

Tensor trapezoid(const Tensor& y, const Scalar& dx, int64_t axis) {
    return sum(doubled_areas(y, axis), axis) * dx / 2;
}
Tensor trapezoid(const Tensor& y, const Tensor& x, int64_t axis) {
    return sum(doubled_areas(y, axis) * distances(y, x, axis), axis) / 2;
}
Tensor cumulative_trapezoid(const Tensor& y, const Scalar& dx, int64_t axis) {
    return cumsum(doubled_areas(y, axis), axis) * dx / 2;
}
Tensor cumulative_trapezoid(const Tensor& y, const Tensor& x, int64_t axis) {
    return cumsum(doubled_areas(y, axis) * distances(y, x, axis), axis) / 2;
}

}  // namespace lithe
