// Rarer reductions and running ones, composed of nodes.
#include <cmath>

#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

/// x with its axis last and once more in front of it: element [.., i, j] is x[.., j] where j <= i,
/// else `fill`.
Tensor lower_lines(const Tensor& x, int64_t axis, const Scalar& fill) {
    const Tensor last = movedim(x, axis, -1), place = arange(last.size(-1));
    return where(place <= unsqueeze(place, 1), unsqueeze(last, -2), scalar_for(x, fill));
}

double least_of(const Tensor& x) {
    if (x.is_floating_point()) return -INFINITY;
    return static_cast<double>(std::numeric_limits<int64_t>::min());
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

Tensor nansum(const Tensor& x, const Axes& axes, bool keepdim) {
    return sum(where(isnan(x), 0, x), axes, keepdim);
}
Tensor nanmean(const Tensor& x, const Axes& axes, bool keepdim) {
    return nansum(x, axes, keepdim) / sum(logical_not(isnan(x)), axes, keepdim).to(x.dtype());
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

Tensor cumprod(const Tensor& x, int64_t axis) {
    const Tensor from = x.is_floating_point() ? x : x.to(DType::i64);
    if (x.dim() == 0 || x.size(axis).is_constant(0)) return from;
    return movedim(prod(lower_lines(from, axis, 1), -1), -1, axis);
}

std::tuple<Tensor, Tensor> cummax(const Tensor& x, int64_t axis) {
    if (x.dim() == 0) return {x, zeros({}, DType::i64)};
    if (x.size(axis).is_constant(0)) return {x, zeros(x.sizes(), DType::i64)};
    const Tensor lines = lower_lines(x.detach(), axis, least_of(x)),
                 most = amax(lines, -1, /*keepdim=*/true);
    const Tensor place = arange(lines.size(-1));
    const Tensor hit = logical_or(eq(lines, most), logical_and(isnan(lines), isnan(most)));
    const Tensor known = logical_and(hit, place <= unsqueeze(place, 1));
    const Tensor at = movedim(amax(where(known, place, -1), -1), -1, axis);
    return {gather(x, axis, at), at};
}
std::tuple<Tensor, Tensor> cummin(const Tensor& x, int64_t axis) {
    if (x.dim() == 0) return {x, zeros({}, DType::i64)};
    const Tensor mirrored = x.is_floating_point() ? -x.detach() : -1 - x.to(DType::i64);
    const Tensor at = std::get<1>(cummax(mirrored, axis));
    return {gather(x, axis, at), at};
}

Tensor logcumsumexp(const Tensor& x, int64_t axis) {
    if (x.dim() == 0 || x.size(axis).is_constant(0)) return x;
    return movedim(logsumexp(lower_lines(x, axis, -INFINITY), -1), -1, axis);
}

Tensor diff(const Tensor& x, int64_t axis) {
    const Dim count = x.size(axis) - 1;
    return narrow(x, axis, 1, count) - narrow(x, axis, 0, count);
}

}  // namespace lithe
