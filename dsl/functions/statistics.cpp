// Order statistics and counts, composed of nodes.
#include <cmath>

#include "dsl/axis.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

/// Where NaN is, along a sorted line: the number of those that are not.
Tensor count_of_numbers(const Tensor& x, int64_t axis) {
    return sum(logical_not(isnan(x)), axis, /*keepdim=*/true);
}

/// How far the place `at`, a fraction, lies between its neighbours, as the word says.
Tensor weight_of(const Tensor& at, const std::string& interpolation) {
    const Tensor part = at - floor(at);
    if (interpolation == "linear") return part;
    if (interpolation == "lower") return zeros_like(part);
    if (interpolation == "higher") return (part > 0).to(part.dtype());
    if (interpolation == "nearest") return round(at) - floor(at);
    if (interpolation == "midpoint") return where(part > 0, full({}, 0.5, part.dtype()), part);
    throw UserError("quantile.interpolation",
                    "quantile: no interpolation is called '" + interpolation + "'");
}

void check_parts(const Tensor& x, const Tensor& q) {
    if (q.dim() > 1 || x.dtype() != q.dtype() || !x.is_floating_point()) {
        throw UserError("quantile.q", "quantile: q must be a number or a line of the input's " +
                                          std::string("dtype, got ") + q.type().str() + " for " +
                                          x.type().str());
    }
    if (q.is_symbolic()) return;
    const Array data = q.array();
    for (int64_t i = 0; i < data.count(); ++i) {
        if (data.at(i) >= 0 && data.at(i) <= 1) continue;
        throw UserError("quantile.range",
                        "quantile: expected q within 0..1, got " + std::to_string(data.at(i)));
    }
}

}  // namespace

Tensor quantile(const Tensor& x, const Tensor& q, std::optional<int64_t> axis, bool keepdim,
                const std::string& interpolation) {
    check_parts(x, q);
    // The axis last; q's axis, if any, comes first in the result.
    const Tensor lines = axis ? movedim(x, *axis, -1) : reshape(x, {-1});
    const Tensor ordered = std::get<0>(sort(lines, -1));
    const Tensor has_nan = any(isnan(lines), -1, /*keepdim=*/true);
    const Dim last = lines.size(-1) - 1;
    const Tensor at = reshape(q.to(DType::f64), {-1}) * last;
    const Tensor below = floor(at).to(DType::i64), above = ceil(at).to(DType::i64);
    const Tensor low = index_select(ordered, -1, below), high = index_select(ordered, -1, above);
    const Tensor weight = weight_of(at, interpolation).to(x.dtype());
    Tensor y = where(weight == 0, low, low + (high - low) * weight);
    y = where(has_nan, NAN, y);
    if (keepdim && axis) {
        y = unsqueeze(movedim(y, -1, 0), *axis < 0 ? *axis : *axis + 1);
    } else {
        y = movedim(y, -1, 0);
        if (keepdim) {
            for (int64_t i = 0; i < x.dim(); ++i) y = unsqueeze(y, -1);
        }
    }
    return q.dim() == 0 ? squeeze(y, 0) : y;
}

Tensor quantile(const Tensor& x, double q, std::optional<int64_t> axis, bool keepdim,
                const std::string& interpolation) {
    return quantile(x, full({}, q, x.dtype()), axis, keepdim, interpolation);
}

Tensor nanmedian(const Tensor& x) {
    const Tensor line = reshape(x, {-1});
    const Tensor order = argsort(line, 0);  // NaN at the end
    const Tensor at = clamp_min(floor_div(count_of_numbers(line, 0) - 1, Scalar(2)), 0);
    return reshape(index_select(line, 0, index_select(order, 0, at)), {});
}

std::tuple<Tensor, Tensor> nanmedian(const Tensor& x, int64_t axis, bool keepdim) {
    if (x.dim() == 0) return {x, zeros({}, DType::i64)};
    const Tensor middle = clamp_min(floor_div(count_of_numbers(x, axis) - 1, Scalar(2)), 0);
    const Tensor at = gather(argsort(x, axis), axis, middle), value = gather(x, axis, at);
    if (keepdim) return {value, at};
    return {squeeze(value, axis), squeeze(at, axis)};
}

std::tuple<Tensor, Tensor> mode(const Tensor& x, int64_t axis, bool keepdim) {
    if (x.dim() == 0) return {x, zeros({}, DType::i64)};
    // Sorted, equal elements stand side by side: the first of the longest runs is of the least
    // element, and where it ends is the last index of it.
    const Tensor lines = movedim(x, axis, -1), order = argsort(lines.detach(), -1);
    const Tensor sorted = gather(lines.detach(), -1, order), place = arange(lines.size(-1));
    const Tensor begins = logical_or(place == 0, ne(sorted, roll(sorted, {1}, {-1})));
    const Tensor run = place - std::get<0>(cummax(where(begins, place, 0), -1));
    const Tensor at = gather(order, -1, argmax(run, -1, /*keepdim=*/true));
    Tensor value = gather(lines, -1, at);
    if (keepdim) return {movedim(value, -1, axis), movedim(at, -1, axis)};
    return {squeeze(value, -1), squeeze(at, -1)};
}

Tensor renorm(const Tensor& x, double p, int64_t axis, double most) {
    if (!(most >= 0)) {
        throw UserError("renorm.norm",
                        "renorm: expected a norm of at least 0, got " + std::to_string(most));
    }
    const int at = normalize_axis("renorm", axis, static_cast<int>(x.dim()));
    Sizes rest;
    for (int64_t i = 0; i < x.dim(); ++i) {
        if (i != at) rest.push_back(i);
    }
    const Tensor length = rest.empty() ? abs(x) : norm(x, p, rest, /*keepdim=*/true);
    return x * where(length > most, most / (length + 1e-7), 1);
}

Tensor bincount(const Tensor& x, const Tensor& weights, int64_t minimum_length) {
    if (x.dim() != 1 || x.is_floating_point()) {
        throw UserError("bincount.input",
                        "bincount: expected a line of integers, got " + x.type().str());
    }
    int64_t length = minimum_length;
    if (!x.is_symbolic() && x.array().count() > 0) {
        const auto least = amin(x).item<int64_t>();
        if (least < 0) {
            throw UserError("bincount.negative", "bincount: expected integers of at least 0, got " +
                                                     std::to_string(least));
        }
        length = std::max(length, amax(x).item<int64_t>() + 1);
    } else if (x.is_symbolic() && minimum_length < 1) {
        throw UserError("bincount.length",
                        "bincount: in a trace the length of the result must be known: give " +
                            std::string("minimum_length, got ") + std::to_string(minimum_length));
    }
    const Tensor index = x.to(DType::i64);
    if (!weights.defined()) {
        return scatter_add(zeros({length}, DType::i64), 0, index, ones(x.sizes(), DType::i64));
    }
    const Tensor weight = weights.dtype() == DType::f32 ? weights : weights.to(DType::f64);
    return scatter_add(zeros({length}, weight.dtype()), 0, index, weight);
}

Tensor histc(const Tensor& x, int64_t bins, double low, double high) {
    if (bins < 1) {
        throw UserError("histc.bins",
                        "histc: expected a positive number of bins, got " + std::to_string(bins));
    }
    if (low > high) {
        throw UserError("histc.range", "histc: the range " + std::to_string(low) + ".." +
                                           std::to_string(high) + " is empty");
    }
    const Tensor line = reshape(x.detach(), {-1});
    Tensor first = full({}, low, x.dtype()), last = full({}, high, x.dtype());
    if (low == high) {
        if (low == 0) {
            first = amin(line);
            last = amax(line);
        }
        const Tensor is_point = eq(first, last);
        first = where(is_point, first - 1, first);
        last = where(is_point, last + 1, last);
    }
    const Tensor inside = logical_and(line >= first, line <= last);
    const Tensor at = floor((line - first) * bins / (last - first));
    // What lies outside is counted in a bin of its own, which is left out.
    const Tensor bin = where(inside, clamp(at, 0, bins - 1), bins).to(DType::i64);
    const Tensor counts =
        scatter_add(zeros({bins + 1}, DType::i64), 0, bin, ones(line.sizes(), DType::i64));
    return narrow(counts, 0, 0, bins).to(x.dtype());
}

}  // namespace lithe
