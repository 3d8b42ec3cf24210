#include "compiler/ir/winograd.h"

#include <cmath>

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

/// The point behind the last one is infinity.
WinogradTransforms make(int64_t tile, const std::vector<double>& points) {
    const size_t count = points.size() + 1;
    WinogradTransforms made;
    for (size_t i = 0; i < count; ++i) {
        std::vector<double> row = polynomial(points, i);
        row.resize(count, 0);
        made.data.push_back(row);
        if (i == points.size()) {
            made.filter.push_back({0, 0, 1});
            continue;
        }
        double scale = 1;
        for (size_t j = 0; j < points.size(); ++j) {
            if (j != i) scale /= points[i] - points[j];
        }
        made.filter.push_back({scale, scale * points[i], scale * points[i] * points[i]});
    }
    for (int64_t power = 0; power < tile; ++power) {
        std::vector<double> row;
        for (const double point : points) row.push_back(power == 0 ? 1 : std::pow(point, power));
        row.push_back(power == tile - 1 ? 1 : 0);
        made.result.push_back(row);
    }
    return made;
}

}  // namespace

const WinogradTransforms& winograd_transforms(int64_t tile) {
    static const WinogradTransforms two = make(2, {0, 1, -1}),
                                    four = make(4, {0, 0.75, -0.75, 1.5, -1.5});
    return tile == 2 ? two : four;
}

WinogradPatches winograd_patches(const OpCall& call, const Shape& x) {
    const Shape &begin = call.attrs.get_shape("pad_begin"), &end = call.attrs.get_shape("pad_end");
    const Dim tile = call.attrs.get_dim("tile");
    const auto count = [&](size_t axis) {
        return floor_div(x[axis + 1] + begin[axis] + end[axis] - 2 + tile - 1, tile);
    };
    return {count(0), count(1)};
}

}  // namespace lithe::ir
