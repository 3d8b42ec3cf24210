// Images sampled at points that a tensor gives.
//
// Source: Jaderberg et al., "Spatial Transformer Networks", NIPS 2015.
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

/// The images flattened, and how to read them at integer places.
struct Source {
    Tensor pixels;  ///< [N, C, pixels]
    Shape image;
    GridPadding padding;
    bool align_corners;
    DType dtype;

    Tensor number(const Dim& value) const { return full({}, value, dtype); }

    /// Where -1..1 lies among the pixels of an axis.
    Tensor place(const Tensor& g, size_t axis) const {
        const Tensor size = number(image[axis]);
        return align_corners ? (g + 1) / 2 * (size - 1) : ((g + 1) * size - 1) / 2;
    }

    /// 0 .. size - 1; no gradient from outside, the border included.
    Tensor clipped(const Tensor& at, size_t axis) const {
        const Tensor end = number(image[axis] - 1);
        const Tensor limited = minimum(maximum(at, 0), end).detach();
        return where(logical_and(at > 0, at < end), at, limited);
    }

    Tensor reflected(const Tensor& at, size_t axis) const {
        const Dim low = align_corners ? Dim(0) : Dim(-1);
        const Dim high = align_corners ? image[axis] * 2 - 2 : image[axis] * 2 - 1;
        if (same(low, high)) return at * 0;
        const Tensor least = number(low) / 2, span = (number(high) - number(low)) / 2;
        const Tensor away = at - least, distance = where(away < 0, -away, away);
        const Tensor flips = floor(distance / span).detach(), rest = fmod(distance, span);
        return where(remainder(flips, 2) == 0, rest + least, span - rest + least);
    }

    /// The place that is read in place of `at`, as the padding says.
    Tensor padded(const Tensor& at, size_t axis) const {
        if (padding == GridPadding::zeros) return at;
        return clipped(padding == GridPadding::reflection ? reflected(at, axis) : at, axis);
    }

    /// Pixels at whole places [N, P] of each axis, 0 outside: [N, C, P].
    Tensor read(const Tensors& at) const {
        Tensor inside, flat;
        for (size_t i = 0; i < at.size(); ++i) {
            const Tensor fits = logical_and(at[i] >= 0, at[i] <= number(image[i] - 1));
            inside = inside.defined() ? logical_and(inside, fits) : fits;
        }
        for (size_t i = 0; i < at.size(); ++i) {
            const Tensor safe = where(inside, at[i].detach(), 0).to(DType::i64);
            flat = flat.defined() ? flat * full({}, image[i], DType::i64) + safe : safe;
        }
        const Shape shape{pixels.size(0), pixels.size(1), flat.size(1)};
        return where(unsqueeze(inside, 1), gather(pixels, 2, expand(unsqueeze(flat, 1), shape)), 0);
    }
};

/// The sum over all corners of the cell around the point, weighted by the opposite volumes.
Tensor sample_linear(const Source& source, const Tensors& places) {
    const size_t rank = places.size();
    Tensors at, low;
    for (size_t i = 0; i < rank; ++i) {
        at.push_back(source.padded(places[i], i));
        low.push_back(floor(at[i]).detach());
    }
    Tensor y;
    for (size_t corner = 0; corner < size_t{1} << rank; ++corner) {
        Tensors place;
        Tensor weight;
        for (size_t i = 0; i < rank; ++i) {
            const bool is_high = corner >> (rank - 1 - i) & 1;
            place.push_back(is_high ? low[i] + 1 : low[i]);
            const Tensor share = is_high ? at[i] - low[i] : low[i] + 1 - at[i];
            weight = weight.defined() ? weight * share : share;
        }
        const Tensor part = source.read(place) * unsqueeze(weight, 1);
        y = y.defined() ? y + part : part;
    }
    return y;
}

/// Keys' kernel with a = -0.75 at distances 1 + t, t, 1 - t, 2 - t.
Tensor cubic_weight(const Tensor& t, int tap) {
    constexpr double a = -0.75;
    const Tensor d = tap == 0 ? t + 1 : tap == 1 ? t : tap == 2 ? 1 - t : 2 - t;
    if (tap == 1 || tap == 2) return (d * (a + 2) - (a + 3)) * d * d + 1;
    return ((d * a - 5 * a) * d + 8 * a) * d - 4 * a;
}

Tensor sample_cubic(const Source& source, const Tensors& places) {
    const Tensor row = floor(places[0]).detach(), column = floor(places[1]).detach();
    const Tensor down = places[0] - row, right = places[1] - column;
    Tensor y;
    for (int i = 0; i < 4; ++i) {
        Tensor line;
        for (int j = 0; j < 4; ++j) {
            const Tensor value =
                source.read({source.padded(row + (i - 1), 0), source.padded(column + (j - 1), 1)});
            const Tensor part = value * unsqueeze(cubic_weight(right, j), 1);
            line = line.defined() ? line + part : part;
        }
        line = line * unsqueeze(cubic_weight(down, i), 1);
        y = y.defined() ? y + line : line;
    }
    return y;
}

void check_grid(const Tensor& x, const Tensor& grid, const GridSample& options) {
    const int64_t rank = x.dim() - 2;
    if (rank != 2 && rank != 3) {
        throw UserError("grid_sample.rank",
                        "grid_sample: expected 2 or 3 spatial axes, got " + x.type().str());
    }
    const bool fits =
        grid.dim() == x.dim() && grid.dtype() == x.dtype() &&
        (!grid.size(-1).is_constant() || grid.size(-1).constant() == rank) &&
        (!grid.size(0).is_constant() || !x.size(0).is_constant() || same(grid.size(0), x.size(0)));
    if (!fits) {
        throw UserError("grid_sample.grid", "grid_sample: expected points [N, ..., " +
                                                std::to_string(rank) + "] of the dtype of " +
                                                x.type().str() + ", got " + grid.type().str());
    }
    if (rank == 3 && options.mode == GridMode::bicubic) {
        throw UserError("grid_sample.mode",
                        "grid_sample: mode 'bicubic' is for 2 spatial axes, got " + x.type().str());
    }
}

/// -1 .. 1 in equal steps, symmetric; without align_corners the middles of the pixels.
Tensor axis_points(const Dim& size, bool align_corners, DType dtype) {
    if (size.is_constant(1)) return zeros({1}, dtype);
    const Tensor i = arange(size), last = full({}, size - 1, dtype);
    const Tensor step = 2 / (size.is_constant() ? last : clamp_min(last, 1));
    const Tensor up = i.to(dtype) * step - 1;
    const Tensor down = 1 - (last - i.to(dtype)) * step;
    const Tensor points = where(i < full({}, floor_div(size, 2), DType::i64), up, down);
    if (!align_corners) return points * last / full({}, size, dtype);
    return size.is_constant() ? points : where(last > 0, points, 0);  // a single one is the middle
}

}  // namespace

Tensor grid_sample(const Tensor& x, const Tensor& grid, const GridSample& options) {
    check_grid(x, grid, options);
    const Shape shape = x.sizes(), points = grid.sizes();
    const Source source{flatten(x, 2, -1),
                        {shape.begin() + 2, shape.end()},
                        options.padding,
                        options.align_corners,
                        x.dtype()};
    const Tensor flat =
        reshape(grid, {points[0], product({points.begin() + 1, points.end() - 1}), points.back()});
    const size_t rank = source.image.size();
    Tensors places;
    for (size_t i = 0; i < rank; ++i) {
        places.push_back(source.place(select(flat, 2, static_cast<int64_t>(rank - 1 - i)), i));
    }
    Tensor y;
    if (options.mode == GridMode::nearest) {
        for (size_t i = 0; i < rank; ++i) places[i] = round(source.padded(places[i], i));
        y = source.read(places);
    } else {
        y = options.mode == GridMode::bicubic ? sample_cubic(source, places)
                                              : sample_linear(source, places);
    }
    Shape out{shape[0], shape[1]};
    out.insert(out.end(), points.begin() + 1, points.end() - 1);
    return reshape(y, out);
}

Tensor affine_grid(const Tensor& theta, const ShapeArg& size, bool align_corners) {
    const auto rank = static_cast<int64_t>(size.size()) - 2;
    const bool fits = (rank == 2 || rank == 3) && theta.is_floating_point() && theta.dim() == 3 &&
                      theta.size(1).is_constant(rank) && theta.size(2).is_constant(rank + 1);
    if (!fits) {
        throw UserError(
            "affine_grid.theta",
            "affine_grid: expected theta [N, 2, 3] for 4 sizes or [N, 3, 4] for 5, got " +
                theta.type().str() + " for " + str(size));
    }
    const Shape image(size.begin() + 2, size.end());
    Tensors columns;  // x, y[, z], 1
    for (int64_t i = rank; i-- > 0;) {
        const auto at = static_cast<size_t>(i);
        Shape along(static_cast<size_t>(rank), Dim(1));
        along[at] = image[at];
        columns.push_back(reshape(
            expand(reshape(axis_points(image[at], align_corners, theta.dtype()), along), image),
            {-1}));
    }
    columns.push_back(ones({product(image)}, theta.dtype()));
    Shape out{theta.size(0)};
    out.insert(out.end(), image.begin(), image.end());
    out.emplace_back(rank);
    return reshape(matmul(stack(columns, 1), transpose(theta, 1, 2)), out);
}

}  // namespace lithe
