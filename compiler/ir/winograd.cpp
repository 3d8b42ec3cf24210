#include "compiler/ir/winograd.h"

#include <array>
#include <map>
#include <mutex>

namespace lithe::ir {
namespace {

/// The coefficients of the product of x - root over all roots but one, lowest power first.
std::vector<double> polynomial(const std::vector<double>& roots, size_t without) {
    std::vector<double> result{1};
    for (size_t i = 0; i < roots.size(); ++i) {
        if (i == without) continue;
        std::vector<double> next(result.size() + 1, 0);
        for (size_t k = 0; k < result.size(); ++k) {
            next[k + 1] += result[k];
            next[k] -= roots[i] * result[k];
        }
        result = next;
    }
    return result;
}

/// point^0, point^1, ... up to `count` of them.
std::vector<double> powers(double point, int64_t count) {
    std::vector<double> row{1};
    while (static_cast<int64_t>(row.size()) < count) row.push_back(row.back() * point);
    return row;
}

/// The point behind the last one is infinity.
WinogradTransforms make(int64_t tile, int64_t taps, const std::vector<double>& points) {
    const size_t count = points.size() + 1;
    const auto last_tap = static_cast<size_t>(taps) - 1;
    WinogradTransforms made;
    for (size_t i = 0; i < count; ++i) {
        std::vector<double> row = polynomial(points, i);
        row.resize(count, 0);
        made.data.push_back(row);
        if (i == points.size()) break;
        double scale = 1;
        for (size_t j = 0; j < points.size(); ++j) {
            if (j != i) scale /= points[i] - points[j];
        }
        made.filter.push_back(powers(points[i], taps));
        for (double& factor : made.filter.back()) factor *= scale;
    }
    made.filter.emplace_back(last_tap + 1, 0.0).back() = 1;
    for (int64_t power = 0; power < tile; ++power) {
        std::vector<double> row;
        for (const double point : points) row.push_back(powers(point, power + 1).back());
        row.push_back(power == tile - 1 ? 1 : 0);
        made.result.push_back(row);
    }
    // The first and the last rows of G hold one tap each; of three taps, rows 1 and 2 differ in the
    // sign of the middle one.
    made.taps.assign(last_tap + 1, std::vector<double>(count, 0.0));
    made.taps[0][0] = 1 / made.filter[0][0];
    made.taps[last_tap][count - 1] = 1;
    if (last_tap == 2) {
        made.taps[1][1] = 0.5 / made.filter[1][1];
        made.taps[1][2] = -made.taps[1][1];
    }
    return made;
}

std::vector<double> points_of(int64_t size) {
    switch (size) {
        case 3:
            return {0, 1};
        case 4:
            return {0, 1, -1};
        case 5:
            return {0, 1, -1, 0.5};
        default:
            return {0, 0.75, -0.75, 1.5, -1.5};
    }
}

/// Of one tap: all as it is.
WinogradTransforms identity(int64_t tile) {
    WinogradTransforms made;
    const auto size = static_cast<size_t>(tile);
    for (size_t i = 0; i < size; ++i) {
        std::vector<double> row(size, 0.0);
        row[i] = 1;
        made.data.push_back(row);
        made.filter.push_back({1});
        made.result.push_back(row);
    }
    made.taps = {made.data[0]};
    return made;
}

WinogradTransforms plain(int64_t tile, int64_t taps) {
    return taps > 1 ? make(tile, taps, points_of(tile + taps - 1)) : identity(tile);
}

/// Of a strided filter, how many taps belong to one of the images.
int64_t taps_of_image(int64_t taps, int64_t stride, int64_t image) {
    return (taps - image + stride - 1) / stride;
}

WinogradTransforms side_by_side(int64_t tile, int64_t taps, int64_t stride) {
    const auto size = static_cast<size_t>((tile - 1) * stride + taps),
               tap_count = static_cast<size_t>(taps), step = static_cast<size_t>(stride);
    WinogradTransforms made;
    made.result.resize(static_cast<size_t>(tile));
    made.taps.assign(tap_count, std::vector<double>(size, 0.0));
    for (size_t image = 0; image < step; ++image) {
        const WinogradTransforms part =
            plain(tile, taps_of_image(taps, stride, static_cast<int64_t>(image)));
        const size_t first = made.data.size();
        for (size_t row = 0; row < part.data.size(); ++row) {
            std::vector<double> data(size, 0.0), filter(tap_count, 0.0);
            for (size_t i = 0; i < part.data[row].size(); ++i)
                data[i * step + image] = part.data[row][i];
            for (size_t i = 0; i < part.filter[row].size(); ++i)
                filter[i * step + image] = part.filter[row][i];
            made.data.push_back(data);
            made.filter.push_back(filter);
        }
        for (size_t i = 0; i < part.result.size(); ++i)
            made.result[i].insert(made.result[i].end(), part.result[i].begin(),
                                  part.result[i].end());
        for (size_t i = 0; i < part.taps.size(); ++i)
            std::copy(part.taps[i].begin(), part.taps[i].end(),
                      made.taps[i * step + image].begin() + static_cast<std::ptrdiff_t>(first));
    }
    return made;
}

}  // namespace

bool has_winograd_transforms(int64_t tile, int64_t taps, int64_t stride) {
    for (int64_t image = 0; image < stride; ++image) {
        const int64_t own = taps_of_image(taps, stride, image);
        const bool is_known = own == 1 || (own == 2 && tile >= 2 && tile <= 4) ||
                              (own == 3 && (tile == 2 || tile == 4));
        if (!is_known) return false;
    }
    return true;
}

const WinogradTransforms& winograd_transforms(int64_t tile, int64_t taps, int64_t stride) {
    static std::map<std::array<int64_t, 3>, WinogradTransforms> known;
    static std::mutex mutex;  // kernels are compiled side by side
    const std::lock_guard lock(mutex);
    const auto [at, is_new] = known.try_emplace({tile, taps, stride});
    if (is_new) at->second = stride > 1 ? side_by_side(tile, taps, stride) : plain(tile, taps);
    return at->second;
}

WinogradAxes::WinogradAxes(int64_t tile, const Sizes& taps, const Sizes& stride)
    : down{taps[0] == 1 ? 1 : tile, taps[0], stride[0]},
      across{taps[1] == 1 ? 1 : tile, taps[1], stride[1]} {}

WinogradAxes::WinogradAxes(const Attrs& attrs)
    : WinogradAxes(attrs.get_int("tile"), attrs.has("taps") ? attrs.get_ints("taps") : Sizes{3, 3},
                   attrs.has("stride") ? attrs.get_ints("stride") : Sizes{1, 1}) {}

WinogradAxes winograd_axes_of_filters(const OpCall& pack) {
    const TensorType& w = pack.input(0);
    return {pack.attrs.get_int("tile"),
            {w.size(2).constant(), w.size(3).constant()},
            pack.attrs.has("stride") ? pack.attrs.get_ints("stride") : Sizes{1, 1}};
}

bool is_by_element(const Attrs& attrs) {
    return attrs.has("by_element") && attrs.get_bool("by_element");
}

int64_t winograd_piece(const WinogradAxes& axes, int64_t patches, int64_t channels, int64_t width) {
    constexpr int64_t few_patches = 24, few_bytes = 16 << 10, many_bytes = 52 << 10, step = 16;
    const int64_t most_bytes = patches <= few_patches ? few_bytes : many_bytes;
    for (int64_t piece = channels; piece >= step; piece -= step) {
        const bool is_part = channels % piece == 0 && piece % step == 0;
        if (is_part && 4 * axes.across.size() * piece * width <= most_bytes) return piece;
    }
    return 0;
}

WinogradPatches winograd_patches(const OpCall& call, const Shape& x) {
    const Shape &begin = call.attrs.get_shape("pad_begin"), &end = call.attrs.get_shape("pad_end");
    const WinogradAxes axes(call.attrs);
    const auto count = [&](size_t i, const WinogradAxis& axis) {
        const Dim places =
            axis.places(x[i + 1] + begin[i] + end[i]) - last_phase_shift(call.attrs, i);
        return floor_div(places + axis.tile - 1, axis.tile);
    };
    return {count(0, axes.down), count(1, axes.across)};
}

}  // namespace lithe::ir
