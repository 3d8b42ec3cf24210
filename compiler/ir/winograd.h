#pragma once

#include <cstdint>
#include <vector>

#include "dsl/op.h"

namespace lithe::ir {

/// The transforms of Winograd's F(m x m, 3 x 3): with g the filter and d a patch of m + 2 by m + 2
/// pixels, m by m results are A [(G g G') * (B d B')] A', * element by element.
///
/// Interpolation at 0, +-1 and infinity for m = 2, at 0, +-3/4, +-3/2 and infinity for m = 4: of
/// simple fractions those with the least error, 1.4 times that of m = 2. The rows of B begin at 1.
///
/// Source: Lavin, Gray, "Fast Algorithms for Convolutional Neural Networks", 2015; Barabasz et al.,
/// "Error Analysis and Improving the Accuracy of Winograd Convolution for DNNs", 2018.
struct WinogradTransforms {
    using Matrix = std::vector<std::vector<double>>;
    Matrix data;    ///< B: m + 2 by m + 2
    Matrix filter;  ///< G: m + 2 by 3
    Matrix result;  ///< A: m by m + 2
};

/// For tile = 2 or 4.
const WinogradTransforms& winograd_transforms(int64_t tile);

/// Patches of {tile} x {tile} that cover the result of a 3 x 3 convolution of an image x[n, h, w,
/// c] with {pad_begin, pad_end}.
struct WinogradPatches {
    Dim down, across;
};
WinogradPatches winograd_patches(const OpCall& call, const Shape& x);

/// Tap (s, t) of a filter out of its transform, element(u, v): the first and the last rows of G
/// hold one tap each, rows 1 and 2 differ in the sign of the middle one.
template <class Element>
double winograd_tap(const WinogradTransforms::Matrix& g, int64_t s, int64_t t,
                    const Element& element) {
    const auto n = static_cast<int64_t>(g.size());
    const auto along = [&](int64_t tap, const auto& each) -> double {
        if (tap == 0) return each(int64_t{0}) / g[0][0];
        if (tap == 2) return each(n - 1);
        return (each(int64_t{1}) - each(int64_t{2})) / (2 * g[1][1]);
    };
    return along(
        s, [&](int64_t u) { return along(t, [&](int64_t v) -> double { return element(u, v); }); });
}

}  // namespace lithe::ir
