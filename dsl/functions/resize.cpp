// Resizing of images, axis by axis. Places are computed in the dtype of the image, as PyTorch does:
// in another one some would fall on the other side of a pixel's border.
#include <algorithm>
#include <cmath>

#include "dsl/ops.h"
#include "dsl/tracer.h"
#include "runtime/error.h"

namespace lithe {
namespace {

/// How one axis is resized.
struct Resizing {
    int64_t axis = 0;
    Dim size, out;
    std::optional<double> scale;  ///< where the author's number counts, not the ratio of the sizes
    bool align_corners = false;
    DType dtype = DType::f32;

    /// Pixels of the image for one of the result.
    Tensor ratio() const {
        const Tensor have = full({}, size, dtype);
        if (align_corners) {
            if (out.is_constant(1)) return zeros({}, dtype);
            const Tensor steps = full({}, out, dtype) - 1;
            return (have - 1) / (out.is_constant() ? steps : clamp_min(steps, 1));
        }
        return scale ? full({}, 1 / *scale, dtype) : have / full({}, out, dtype);
    }
    /// Where the middle of each element of the result lies in the image.
    Tensor place() const {
        const Tensor i = arange(out, dtype);
        return align_corners ? i * ratio() : (i + 0.5) * ratio() - 0.5;
    }
    /// [out] or [out, taps] as factors of x, after `axis` became as many axes.
    Tensor along(const Tensor& weights, const Tensor& x) const {
        Shape shape(static_cast<size_t>(x.dim() - axis) + static_cast<size_t>(weights.dim()) - 1,
                    Dim(1));
        for (int64_t i = 0; i < weights.dim(); ++i) shape[static_cast<size_t>(i)] = weights.size(i);
        return reshape(weights, shape);
    }
};

/// Whether the numbers of a resizing may be taken as they are. Those of constant sizes may not
/// where a trace runs at samples of sizes that the author keeps in integers: at other sizes a
/// factor of 1 is another one.
bool is_general(const Resizing& r) {
    const Tracer* tracer = Tracer::current();
    return !r.out.is_constant() || !tracer || !tracer->records_creation();
}

bool is_unchanged(const Resizing& r) { return same(r.size, r.out) && !r.scale && is_general(r); }

Tensor resize_nearest(const Tensor& x, const Resizing& r, bool is_exact) {
    if (is_unchanged(r)) return x;
    const auto whole = divide_exactly(r.out, r.size);
    if (whole && whole->is_constant() && !r.scale && is_general(r))
        return repeat_interleave(x, whole->constant(), r.axis);
    const Tensor place = (arange(r.out, r.dtype) + (is_exact ? 0.5 : 0.0)) * r.ratio();
    return index_select(x, r.axis, minimum(floor(place).to(DType::i64), r.size - 1));
}

Tensor resize_linear(const Tensor& x, const Resizing& r) {
    if (is_unchanged(r)) return x;
    const Tensor place = r.align_corners ? r.place() : maximum(r.place(), 0);
    const Tensor low = minimum(floor(place).to(DType::i64), r.size - 1),
                 high = minimum(low + 1, r.size - 1);
    const Tensor share = r.along(clamp(place - low.to(r.dtype), 0, 1), x);
    return index_select(x, r.axis, low) * (1 - share) + index_select(x, r.axis, high) * share;
}

/// Keys' kernel with the number `a`, at distance d: at most 1, and from 1 to 2.
Tensor cubic_near(const Tensor& d, double a) { return (d * (a + 2) - (a + 3)) * d * d + 1; }
Tensor cubic_far(const Tensor& d, double a) { return ((d - 5) * d + 8) * d * a - 4 * a; }

Tensor resize_cubic(const Tensor& x, const Resizing& r) {
    constexpr double a = -0.75;
    if (is_unchanged(r)) return x;
    const Tensor place = r.place(), base = floor(place), t = place - base;
    const Tensor weights[] = {cubic_far(t + 1, a), cubic_near(t, a), cubic_near(1 - t, a),
                              cubic_far(2 - t, a)};
    Tensor y;
    for (int tap = 0; tap < 4; ++tap) {
        const Tensor at = minimum(maximum(base.to(DType::i64) + (tap - 1), 0), r.size - 1);
        const Tensor part = index_select(x, r.axis, at) * r.along(weights[tap], x);
        y = y.defined() ? y + part : part;
    }
    return y;
}

/// The filter widened by the ratio of the sizes where the image becomes smaller: all pixels count.
/// Source: Pillow's Image.resize.
Tensor resize_antialiased(const Tensor& x, const Resizing& r, ResizeMode mode) {
    constexpr double a = -0.5;
    const int64_t reach =
        mode == ResizeMode::cubic ? 2 : 1;  // of the filter, in pixels of the larger image
    const Tensor wide = maximum(r.ratio(), 1), support = wide * reach;
    const Tensor center = (arange(r.out, r.dtype) + 0.5) * r.ratio();
    const Tensor begin = maximum((center - support + 0.5).to(DType::i64), 0);
    const Tensor end = minimum((center + support + 0.5).to(DType::i64), r.size);
    const Dim shrink = r.scale && *r.scale < 1 ? Dim(static_cast<int64_t>(std::ceil(1 / *r.scale)))
                                               : ceil_div(r.size, r.out);
    const Dim taps = max(shrink, Dim(1)) * (2 * reach) + 2;
    const Tensor at = unsqueeze(begin, 1) + arange(taps), inside = at < unsqueeze(end, 1);
    const Tensor d = abs((at.to(r.dtype) - unsqueeze(center, 1) + 0.5) / wide);
    const Tensor filter = mode == ResizeMode::cubic
                              ? where(d < 1, cubic_near(d, a), where(d < 2, cubic_far(d, a), 0))
                              : maximum(1 - d, 0);
    const Tensor weight = where(inside, filter, 0),
                 place = reshape(minimum(at, r.size - 1), {r.out * taps});
    const Tensor share = weight / sum(weight, 1, /*keepdim=*/true);
    const Tensor pixels = unflatten(index_select(x, r.axis, place), r.axis, {r.out, taps});
    return sum(where(r.along(inside, x), pixels * r.along(share, x), 0), r.axis + 1);
}

/// floor(size * scale), also of a symbolic size where the scale is a fraction with a small power of
/// 2 below.
Dim scaled(const Dim& size, double scale) {
    constexpr int64_t denominator = 1024;
    const double numerator = scale * denominator;
    if (!size.is_constant() && numerator == std::floor(numerator) && numerator < 1e9) {
        return floor_div(size * static_cast<int64_t>(numerator), Dim(denominator));
    }
    return Dim(
        static_cast<int64_t>(std::floor(static_cast<double>(static_cast<int64_t>(size)) * scale)));
}

void check_resize(const Tensor& x, const Resize& options) {
    const int64_t rank = x.dim() - 2;
    if (rank < 1 || rank > 3) {
        throw UserError("interpolate.rank",
                        "interpolate: expected 1 to 3 spatial axes, got " + x.type().str());
    }
    if (options.size.empty() && options.scale.empty()) {
        throw UserError("interpolate.size", "interpolate: expected either a size or a scale");
    }
    for (const size_t count : {options.size.size(), options.scale.size()}) {
        if (count <= 1 || count == static_cast<size_t>(rank)) continue;
        throw UserError("interpolate.size", "interpolate: expected 1 or " + std::to_string(rank) +
                                                " numbers for " + x.type().str() + ", got " +
                                                std::to_string(count));
    }
    const bool is_smooth = options.mode == ResizeMode::linear || options.mode == ResizeMode::cubic;
    if (options.antialias && !(is_smooth && rank == 2)) {
        throw UserError(
            "interpolate.antialias",
            "interpolate: antialias is for modes 'bilinear' and 'bicubic' of 2 spatial axes, got " +
                x.type().str());
    }
}

std::vector<Resizing> axes_of(const Tensor& x, const Resize& options) {
    const auto pick = [](const auto& list, int64_t i) {
        return list[list.size() == 1 ? 0 : static_cast<size_t>(i)];
    };
    std::vector<Resizing> axes;
    for (int64_t axis = 2; axis < x.dim(); ++axis) {
        Resizing r{axis, x.size(axis), {}, {}, options.align_corners, x.dtype()};
        if (options.size.empty()) {
            const double scale = pick(options.scale, axis - 2);
            r.out = scaled(r.size, scale);
            if (scale != std::floor(scale) && !options.recompute_scale) r.scale = scale;
        } else {
            r.out = pick(options.size, axis - 2);
            const double scale = options.scale.empty() ? 0 : pick(options.scale, axis - 2);
            const bool is_ratio =
                scale == std::floor(scale) && same(r.out, r.size * static_cast<int64_t>(scale));
            if (scale > 0 && !is_ratio) r.scale = scale;
        }
        if (r.out.is_constant() && r.out.constant() < 1) {
            throw UserError("interpolate.size",
                            "interpolate: input and output sizes should be greater than 0, got " +
                                x.type().str() + " and " + r.out.str());
        }
        axes.push_back(r);
    }
    return axes;
}

/// By a factor, what becomes smaller first, so that the others have less to do. Then the innermost
/// axis first: its elements are gathered one by one, those of the others in whole vectors. Sizes
/// have no say: a trace has to be the same for all of them.
std::vector<Resizing> in_order(std::vector<Resizing> axes) {
    const auto shrinks = [](const Resizing& r) { return r.scale && *r.scale < 1; };
    std::reverse(std::stable_partition(axes.begin(), axes.end(), shrinks), axes.end());
    return axes;
}

Tensor resize(const Tensor& x, const Resizing& r, const Resize& options) {
    if (options.antialias) return resize_antialiased(x, r, options.mode);
    switch (options.mode) {
        case ResizeMode::nearest:
            return resize_nearest(x, r, false);
        case ResizeMode::nearest_exact:
            return resize_nearest(x, r, true);
        case ResizeMode::linear:
            return resize_linear(x, r);
        case ResizeMode::cubic:
            break;
    }
    return resize_cubic(x, r);
}

}  // namespace

Tensor interpolate(const Tensor& x, const Resize& options) {
    check_resize(x, options);
    Tensor y = x;
    for (const Resizing& r : in_order(axes_of(x, options))) y = resize(y, r, options);
    return y;
}

}  // namespace lithe
