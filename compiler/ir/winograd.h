#pragma once

#include <cstdint>
#include <vector>

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

}  // namespace lithe::ir
