// Reductions composed of nodes.
#include <cmath>
#include <limits>

#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

/// The number of elements that a reduction over the axes joins; symbolic where a size is.
Dim reduced_count(const Tensor& x, const Axes& axes) {
    if (axes.empty()) return x.numel();
    Dim count = 1;
    for (const int64_t axis : axes.list()) count = count * (x.dim() == 0 ? Dim(1) : x.size(axis));
    return count;
}

/// A total divided by a count. Over nothing: 0 / 0, without a division by a zero that a compiler
/// sees.
Tensor divided(const Tensor& total, const Dim& count) {
    if (count.is_constant(0)) return total * std::numeric_limits<double>::infinity();
    return total / count;
}

void check_floating(std::string_view op, const Tensor& x) {
    if (x.is_floating_point()) return;
    throw UserError(std::string(op) + ".dtype",
                    std::string(op) + ": expected a floating-point tensor, got " + x.type().str());
}

}  // namespace

Tensor sum_to(const Tensor& x, const Shape& shape) {
    const Shape have = x.sizes();
    if (same(have, shape)) return x;
    const size_t lead = have.size() - shape.size();
    Sizes axes;
    for (size_t i = 0; i < have.size(); ++i) {
        const bool repeated =
            i < lead || (shape[i - lead].is_constant(1) && !have[i].is_constant(1));
        if (repeated) axes.push_back(static_cast<int64_t>(i));
    }
    return axes.empty() ? x : reshape(sum(x, axes, /*keepdim=*/true), shape);
}

Tensor mean(const Tensor& x, const Axes& axes, bool keepdim) {
    check_floating("mean", x);
    return divided(sum(x, axes, keepdim), reduced_count(x, axes));
}

// The total is of the dtype asked for too, also where sums of integers are i64.
Tensor sum(const Tensor& x, const Axes& axes, bool keepdim, std::optional<DType> dtype) {
    return dtype ? sum(x.to(*dtype), axes, keepdim).to(*dtype) : sum(x, axes, keepdim);
}
Tensor mean(const Tensor& x, const Axes& axes, bool keepdim, std::optional<DType> dtype) {
    return mean(dtype ? x.to(*dtype) : x, axes, keepdim);
}
Tensor prod(const Tensor& x, const Axes& axes, bool keepdim, std::optional<DType> dtype) {
    return dtype ? prod(x.to(*dtype), axes, keepdim).to(*dtype) : prod(x, axes, keepdim);
}
Tensor sum(const Tensor& x, DType dtype) { return sum(x, {}, false, dtype); }
Tensor mean(const Tensor& x, DType dtype) { return mean(x, {}, false, dtype); }
Tensor prod(const Tensor& x, DType dtype) { return prod(x, {}, false, dtype); }
Tensor cumsum(const Tensor& x, int64_t axis, std::optional<DType> dtype) {
    return dtype ? cumsum(x.to(*dtype), axis).to(*dtype) : cumsum(x, axis);
}

Tensor var(const Tensor& x, const Axes& axes, int64_t correction, bool keepdim) {
    check_floating("var", x);
    const Tensor away = x - mean(x, axes, /*keepdim=*/true);
    const Dim count = max(reduced_count(x, axes) - correction, Dim(0));
    return divided(sum(away * away, axes, keepdim), count);
}

Tensor std(const Tensor& x, const Axes& axes, int64_t correction, bool keepdim) {
    return sqrt(var(x, axes, correction, keepdim));
}

Tensor any(const Tensor& x, const Axes& axes, bool keepdim) {
    return amax(x.to(DType::boolean), axes, keepdim);
}
Tensor all(const Tensor& x, const Axes& axes, bool keepdim) {
    return amin(x.to(DType::boolean), axes, keepdim);
}
Tensor count_nonzero(const Tensor& x, const Axes& axes) { return sum(x.to(DType::boolean), axes); }

Tensor argmin(const Tensor& x, std::optional<int64_t> axis, bool keepdim) {
    if (x.is_floating_point()) {
        // NaN stays first: it is the smallest here as it is the largest there.
        return argmax(-x, axis, keepdim);
    }
    return argmax(-1 - x.to(DType::i64), axis, keepdim);
}

Tensor max(const Tensor& x) { return amax(x); }
Tensor min(const Tensor& x) { return amin(x); }
Tensor max(const Tensor& a, const Tensor& b) { return maximum(a, b); }
Tensor min(const Tensor& a, const Tensor& b) { return minimum(a, b); }

std::tuple<Tensor, Tensor> max(const Tensor& x, int64_t axis, bool keepdim) {
    if (x.dim() == 0) return {x, zeros({}, DType::i64)};
    const Tensor at = argmax(x, axis, /*keepdim=*/true), values = gather(x, axis, at);
    if (keepdim) return {values, at};
    return {squeeze(values, axis), squeeze(at, axis)};
}

std::tuple<Tensor, Tensor> min(const Tensor& x, int64_t axis, bool keepdim) {
    if (x.dim() == 0) return {x, zeros({}, DType::i64)};
    const Tensor at = argmin(x, axis, /*keepdim=*/true), values = gather(x, axis, at);
    if (keepdim) return {values, at};
    return {squeeze(values, axis), squeeze(at, axis)};
}

Tensor logsumexp(const Tensor& x, const Axes& axes, bool keepdim) {
    const Tensor most = amax(x.detach(), axes, /*keepdim=*/true);
    const Tensor shift = where(isfinite(most), most, 0);  // inf - inf would be NaN
    const Tensor y = log(sum(exp(x - shift), axes, /*keepdim=*/true)) + shift;
    return keepdim ? y : reshape(y, sum(x.detach(), axes).sizes());
}

Tensor norm(const Tensor& x, std::optional<double> order, const Axes& axes, bool keepdim) {
    check_floating("norm", x);
    const double p = order.value_or(2);
    if (std::isinf(p)) return p > 0 ? amax(abs(x), axes, keepdim) : amin(abs(x), axes, keepdim);
    if (p == 0) return sum((x != 0).to(x.dtype()), axes, keepdim);
    if (p == 1) return sum(abs(x), axes, keepdim);
    const Tensor total = sum(p == 2 ? x * x : pow(abs(x), p), axes, keepdim);
    // The root has no derivative at 0; PyTorch gives 0 there.
    const Tensor is_zero = total == 0, safe = where(is_zero, 1, total);
    return where(is_zero, total, p == 2 ? sqrt(safe) : pow(safe, 1 / p));
}

Tensor norm(const Tensor& x, std::optional<double> p, DType dtype) { return norm(x.to(dtype), p); }
Tensor norm(const Tensor& x, std::optional<double> p, const Axes& axes, bool keepdim, DType dtype) {
    return norm(x.to(dtype), p, axes, keepdim);
}

Tensor normalize(const Tensor& x, double p, int64_t axis, double eps) {
    return x / clamp_min(norm(x, p, axis, /*keepdim=*/true), eps);
}

std::tuple<Tensor, Tensor> sort(const Tensor& x, int64_t axis, bool descending) {
    if (x.dim() == 0) return {x, zeros({}, DType::i64)};
    const Tensor order = argsort(x, axis, descending);
    return {gather(x, axis, order), order};
}

std::tuple<Tensor, Tensor> topk(const Tensor& x, int64_t count, int64_t axis, bool largest,
                                bool /*sorted*/) {
    const Tensor order = argsort(x, axis, largest);
    const Dim have = x.dim() == 0 ? Dim(1) : x.size(axis);
    if (have.is_constant() && (count < 0 || count > have.constant())) {
        throw UserError("topk.count", "topk: " + std::to_string(count) + " of the " + have.str() +
                                          " elements along axis " + std::to_string(axis));
    }
    if (x.dim() == 0) return {x, order};
    const Tensor first = narrow(order, axis, 0, count);
    return {gather(x, axis, first), first};
}

}  // namespace lithe
