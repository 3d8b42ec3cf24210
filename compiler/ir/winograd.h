#pragma once

#include <cstdint>
#include <vector>

#include "compiler/ir/phases.h"
#include "dsl/op.h"

namespace lithe::ir {

/// The transforms of Winograd's F(m, r) along one axis: with g the r taps of a filter and d a patch
/// of n = m + r - 1 pixels, m results are A [(G g) * (B d)], * element by element.
///
/// Interpolation at 0, +-1 and infinity for n = 4; at 0, +-3/4, +-3/2 and infinity for n = 6: of
/// simple fractions those with the least error, 1.4 times that of n = 4. For n = 3 at 0, 1 and
/// infinity, for n = 5 without -3/2: their errors lie between. The rows of B begin at 1.
///
/// Source: Lavin, Gray, "Fast Algorithms for Convolutional Neural Networks", 2015; Barabasz et al.,
/// "Error Analysis and Improving the Accuracy of Winograd Convolution for DNNs", 2018.
struct WinogradTransforms {
    using Matrix = std::vector<std::vector<double>>;
    Matrix data;    ///< B: n by n
    Matrix filter;  ///< G: n by r
    Matrix result;  ///< A: m by n
    Matrix taps;    ///< r by n: gives g back out of G g
};

/// A strided filter is one of every {stride}-th tap for each of {stride} images of every
/// {stride}-th pixel: their transforms side by side, and one result.
///
/// r, or what of it belongs to each of these images, is 3 and m 2 or 4; 2 and m 2, 3 or 4; or 1.
const WinogradTransforms& winograd_transforms(int64_t tile, int64_t taps, int64_t stride);
bool has_winograd_transforms(int64_t tile, int64_t taps, int64_t stride);

struct WinogradAxis {
    int64_t tile = 1, taps = 1, stride = 1;

    int64_t size() const { return (tile - 1) * stride + taps; }  ///< n: pixels of a patch
    int64_t step() const { return tile * stride; }  ///< pixels from one patch to the next
    /// Results, of an image of this size with its padding.
    Dim places(const Dim& pixels) const { return floor_div(pixels - taps, stride) + 1; }
    const WinogradTransforms& transforms() const { return winograd_transforms(tile, taps, stride); }
};

/// What {tile, taps, stride} of a node say: patches of {tile} results along axes of several taps,
/// of 1 along others. 3 x 3 taps where {taps} is left out, stride 1 where {stride} is.
struct WinogradAxes {
    explicit WinogradAxes(const Attrs& attrs);
    WinogradAxes(int64_t tile, const Sizes& taps, const Sizes& stride);

    WinogradAxis down, across;

    int64_t elements() const { return down.size() * across.size(); }  ///< of a patch
};

/// Those of the filters that a pack_winograd takes, and whether it gives them element by element.
WinogradAxes winograd_axes_of_filters(const OpCall& pack);
bool is_by_element(const Attrs& attrs);

/// The channels whose transformed filters, of a row of elements and a panel of `width` filters,
/// winograd_products keeps at a time: a part of all that fits into a first-level cache, or where
/// the sums of each piece would have to be added for many patches, nearly; 0 where there is none of
/// whole vectors.
int64_t winograd_piece(const WinogradAxes& axes, int64_t patches, int64_t channels, int64_t width);

/// Patches that cover the result of a convolution of an image x[n, h, w, c] with {pad_begin,
/// pad_end}; of one phase of a transposed convolution.
struct WinogradPatches {
    Dim down, across;
};
WinogradPatches winograd_patches(const OpCall& call, const Shape& x);

/// Element `element` of the transform of a filter whose taps lie `step` apart.
template <class T>
double winograd_element(const WinogradAxes& axes, const T* filter, int64_t step, int64_t element) {
    const std::vector<double>& down =
        axes.down.transforms().filter[static_cast<size_t>(element / axes.across.size())];
    const std::vector<double>& across =
        axes.across.transforms().filter[static_cast<size_t>(element % axes.across.size())];
    double total = 0;
    for (const double factor : down) {
        for (const double other : across) {
            // What has no part in the element must not spoil it with a NaN.
            if (factor * other != 0) total += factor * other * static_cast<double>(*filter);
            filter += step;
        }
    }
    return total;
}

/// Tap (s, t) of a filter out of its transform, element(u, v).
template <class Element>
double winograd_tap(const WinogradAxes& axes, int64_t s, int64_t t, const Element& element) {
    const std::vector<double>&down = axes.down.transforms().taps[static_cast<size_t>(s)],
          &across = axes.across.transforms().taps[static_cast<size_t>(t)];
    double total = 0;
    for (size_t u = 0; u < down.size(); ++u) {
        for (size_t v = 0; v < across.size(); ++v) {
            const double factor = down[u] * across[v];
            if (factor != 0)
                total += factor * element(static_cast<int64_t>(u), static_cast<int64_t>(v));
        }
    }
    return total;
}

}  // namespace lithe::ir
