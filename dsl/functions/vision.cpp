// Padding, resizing and rearranging of images.
#include <cmath>

#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

/// The index that a place outside of 0..size-1 reads.
Tensor source_index(PadMode mode, const Tensor& index, const Dim& size) {
    if (mode == PadMode::circular) return remainder(index, scalar_for(index, size));
    if (mode == PadMode::reflect) {
        return (size - 1) - abs((size - 1) - abs(index));
    }
    return minimum(maximum(index, 0), scalar_for(index, size - 1));
}

void check_width(PadMode mode, const Tensor& x, int64_t axis, const Dim& before, const Dim& after) {
    const Dim size = x.size(axis);
    if (!size.is_constant() || !before.is_constant() || !after.is_constant()) return;
    const int64_t limit = mode == PadMode::reflect ? size.constant() - 1
                          : mode == PadMode::circular ? size.constant()
                                                      : INT64_MAX;
    if (before.constant() <= limit && after.constant() <= limit && size.constant() > 0) return;
    throw UserError("pad.width", "pad: widths " + before.str() + " and " + after.str() +
                                     " are too large for axis " + std::to_string(axis) + " of " +
                                     x.type().str());
}

/// Where the middle of output element i lies in the input, as Resize options say.
Tensor source_position(const Dim& size, const Dim& out, bool align_corners, std::optional<double> scale,
                       DType dtype) {
    const Tensor i = arange(out, dtype);
    if (align_corners) {
        if (out.is_constant(1)) return i * 0;
        return i * ((full({}, size, dtype) - 1) / (full({}, out, dtype) - 1));
    }
    const Tensor ratio = scale ? full({}, 1 / *scale, dtype) : full({}, size, dtype) / out;
    return (i + 0.5) * ratio - 0.5;
}

Tensor resize_nearest(const Tensor& x, int64_t axis, const Dim& out, std::optional<double> scale, bool exact) {
    const Dim size = x.size(axis);
    if (same(size, out)) return x;
    const auto whole = divide_exactly(out, size);
    if (whole && whole->is_constant() && !scale && x.dim() > 0) {
        return repeat_interleave(x, whole->constant(), axis);
    }
    const Tensor ratio = scale ? full({}, 1 / *scale, DType::f64) : full({}, size, DType::f64) / out;
    const Tensor place = (arange(out, DType::f64) + (exact ? 0.5 : 0.0)) * ratio;
    return index_select(x, axis, minimum(floor(place).to(DType::i64), size - 1));
}

Tensor along(const Tensor& weights, int64_t axis, const Tensor& x) {
    Shape shape(static_cast<size_t>(x.dim()), Dim(1));
    shape[static_cast<size_t>(axis)] = weights.numel();
    return reshape(weights.to(x.dtype()), shape);
}

Tensor resize_linear(const Tensor& x, int64_t axis, const Dim& out, bool align_corners,
                     std::optional<double> scale) {
    const Dim size = x.size(axis);
    if (same(size, out) && !scale) return x;
    const Tensor place = maximum(source_position(size, out, align_corners, scale, DType::f64), 0);
    const Tensor low = minimum(floor(place).to(DType::i64), size - 1), high = minimum(low + 1, size - 1);
    const Tensor share = along(place - low.to(DType::f64), axis, x);
    return index_select(x, axis, low) * (1 - share) + index_select(x, axis, high) * share;
}

/// Keys' kernel with a = -0.75 at distances 1 + t, t, 1 - t, 2 - t.
Tensor cubic_weight(const Tensor& t, int tap) {
    constexpr double a = -0.75;
    const Tensor d = tap == 0 ? t + 1 : tap == 1 ? t : tap == 2 ? 1 - t : 2 - t;
    if (tap == 1 || tap == 2) return (d * (a + 2) - (a + 3)) * d * d + 1;
    return ((d - 5) * a * d + 8 * a) * d - 4 * a;
}

Tensor resize_cubic(const Tensor& x, int64_t axis, const Dim& out, bool align_corners,
                    std::optional<double> scale) {
    const Dim size = x.size(axis);
    const Tensor place = source_position(size, out, align_corners, scale, DType::f64);
    const Tensor base = floor(place), t = place - base;
    Tensor y;
    for (int tap = 0; tap < 4; ++tap) {
        const Tensor at = minimum(maximum(base.to(DType::i64) + (tap - 1), 0), size - 1);
        const Tensor part = index_select(x, axis, at) * along(cubic_weight(t, tap), axis, x);
        y = y.defined() ? y + part : part;
    }
    return y;
}

}  // namespace

Tensor pad(const Tensor& x, const Shape& widths, PadMode mode, double value) {
    if (mode == PadMode::constant) return constant_pad(x, widths, value);
    if (widths.size() % 2 != 0 || widths.size() > 2 * static_cast<size_t>(x.dim())) {
        throw UserError("pad.widths", "pad: widths " + str(widths) + " for " + x.type().str());
    }
    Tensor y = x;
    for (size_t i = 0; i < widths.size() / 2; ++i) {
        const Dim &before = widths[2 * i], &after = widths[2 * i + 1];
        if (before.is_constant(0) && after.is_constant(0)) continue;
        const int64_t axis = x.dim() - 1 - static_cast<int64_t>(i);
        check_width(mode, x, axis, before, after);
        const Tensor index = arange(-before, x.size(axis) + after);
        y = index_select(y, axis, source_index(mode, index, x.size(axis)));
    }
    return y;
}

Tensor interpolate(const Tensor& x, const Resize& options) {
    const int64_t rank = x.dim() - 2;
    if (rank < 1 || rank > 3) {
        throw UserError("interpolate.rank", "interpolate: expected 1 to 3 spatial axes, got " + x.type().str());
    }
    if (options.size.empty() == options.scale.empty()) {
        throw UserError("interpolate.size", "interpolate: expected either a size or a scale");
    }
    const auto pick = [&](const auto& list, int64_t i) {
        return list[list.size() == 1 ? 0 : static_cast<size_t>(i)];
    };
    Tensor y = x;
    for (int64_t i = 0; i < rank; ++i) {
        const int64_t axis = i + 2;
        std::optional<double> scale;
        Dim out;
        if (options.size.empty()) {
            scale = pick(options.scale, i);
            const double rounded = std::floor(*scale);
            const Dim size = x.size(axis);
            out = *scale == rounded ? size * static_cast<int64_t>(rounded)
                                    : Dim(static_cast<int64_t>(std::floor(static_cast<double>(static_cast<int64_t>(size)) * *scale)));
            if (*scale == rounded || options.recompute_scale) scale.reset();
        } else {
            out = pick(options.size, i);
        }
        switch (options.mode) {
            case ResizeMode::nearest: y = resize_nearest(y, axis, out, scale, false); break;
            case ResizeMode::nearest_exact: y = resize_nearest(y, axis, out, scale, true); break;
            case ResizeMode::linear: y = resize_linear(y, axis, out, options.align_corners, scale); break;
            case ResizeMode::cubic: y = resize_cubic(y, axis, out, options.align_corners, scale); break;
        }
    }
    return y;
}

Tensor pixel_shuffle(const Tensor& x, int64_t factor) {
    const Dim channels = x.dim() < 3 ? Dim(0) : x.size(-3);
    if (x.dim() < 3 || factor < 1 || (channels.is_constant() && channels.constant() % (factor * factor) != 0)) {
        throw UserError("pixel_shuffle.channels", "pixel_shuffle: factor " + std::to_string(factor) +
                                                      " for " + x.type().str());
    }
    Shape shape = x.sizes(), lead(shape.begin(), shape.end() - 3);
    const Dim c = floor_div(channels, Dim(factor * factor)), h = x.size(-2), w = x.size(-1);
    const Dim n = product(lead);
    const Tensor blocks = reshape(x, {n, c, Dim(factor), Dim(factor), h, w});
    const Tensor mixed = permute(blocks, {0, 1, 4, 2, 5, 3});
    lead.insert(lead.end(), {c, h * factor, w * factor});
    return reshape(mixed, lead);
}

Tensor pixel_unshuffle(const Tensor& x, int64_t factor) {
    Shape shape = x.sizes();
    if (shape.size() < 3 || factor < 1) {
        throw UserError("pixel_unshuffle.size", "pixel_unshuffle: factor " + std::to_string(factor) +
                                                    " for " + x.type().str());
    }
    Shape lead(shape.begin(), shape.end() - 3);
    const Dim c = x.size(-3), f = factor;
    const Dim h = floor_div(x.size(-2), f), w = floor_div(x.size(-1), f);
    const Tensor blocks = reshape(x, {product(lead), c, h, f, w, f});
    lead.insert(lead.end(), {c * f * f, h, w});
    return reshape(permute(blocks, {0, 1, 3, 5, 2, 4}), lead);
}

Tensor channel_shuffle(const Tensor& x, int64_t groups) {
    return reshape(transpose(unflatten(x, 1, {Dim(groups), Dim(-1)}), 1, 2), x.sizes());
}

}  // namespace lithe
