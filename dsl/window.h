#pragma once

// Shared pieces of convolution and pooling: windows that slide over one to three spatial axes.

#include <array>
#include <string_view>

#include "dsl/lowering.h"
#include "dsl/op.h"

namespace lithe::window {

/// The number of places of a window of `kernel` taps along an axis of `size`.
Dim places(const Dim& size, const Dim& kernel, const Dim& stride, const Dim& pad_begin,
           const Dim& pad_end, const Dim& dilation);

/// The attributes stride, dilation, pad_begin, pad_end of a call, checked to have `rank` entries
/// in range. Errors: <op>.stride, <op>.padding, <op>.dilation.
void check_attrs(const OpCall& call, size_t rank);

/// How image coordinates follow from places and taps, by numbers, always over three axes:
/// missing ones in front have size 1.
struct Geometry {
    std::array<int64_t, 3> image{1, 1, 1}, place{1, 1, 1}, kernel{1, 1, 1};
    std::array<int64_t, 3> stride{1, 1, 1}, dilation{1, 1, 1}, pad{0, 0, 0};

    Geometry(const Attrs& attrs, const Sizes& image_sizes, const Sizes& place_sizes,
             const Sizes& kernel_sizes);
    int64_t image_count() const { return image[0] * image[1] * image[2]; }
    int64_t place_count() const { return place[0] * place[1] * place[2]; }
    int64_t kernel_count() const { return kernel[0] * kernel[1] * kernel[2]; }

    /// Calls `body(place index, image index)` for all places at which the tap (an index into the
    /// kernel) meets the image.
    template <class Body>
    void for_each_place(int64_t tap, Body&& body) const {
        const int64_t tap_d = tap / (kernel[1] * kernel[2]), tap_h = tap / kernel[2] % kernel[1];
        const int64_t tap_w = tap % kernel[2];
        for (int64_t d = 0; d < place[0]; ++d) {
            const int64_t z = d * stride[0] + tap_d * dilation[0] - pad[0];
            if (z < 0 || z >= image[0]) continue;
            for (int64_t h = 0; h < place[1]; ++h) {
                const int64_t y = h * stride[1] + tap_h * dilation[1] - pad[1];
                if (y < 0 || y >= image[1]) continue;
                const int64_t row = (d * place[1] + h) * place[2];
                const int64_t image_row = (z * image[1] + y) * image[2];
                for (int64_t w = 0; w < place[2]; ++w) {
                    const int64_t x = w * stride[2] + tap_w * dilation[2] - pad[2];
                    if (x >= 0 && x < image[2]) body(row + w, image_row + x);
                }
            }
        }
    }
};

/// Coordinates of a flat index, innermost last.
Coords unflatten(const LowerCall& call, Halide::Expr flat, const Shape& sizes);
/// image = place * stride + tap * dilation - pad, axis by axis.
Coords image_coords(const LowerCall& call, const Coords& place, const Coords& tap);
/// Whether the coordinates lie within `sizes`; axes that are not padded are not asked.
Halide::Expr inside(const LowerCall& call, const Coords& coords, const Shape& sizes);
/// The coordinates brought into `sizes`, so that what is not used may still be read.
Coords clamped(const LowerCall& call, Coords coords, const Shape& sizes);
/// What a pool reads at the coordinates of its image: `outside` beside it. The loop over a line is
/// cut where windows leave it, so that its middle asks nothing.
Halide::Expr pixel(const LowerCall& call, const Coords& coords, const Halide::Expr& outside);

/// While it lives, `lower` reads images beyond their edges: `inside` is true and `clamped` leaves
/// coordinates as they are. For a schedule family that keeps images with a border.
class PaddedScope {
public:
    PaddedScope();
    ~PaddedScope();
    PaddedScope(const PaddedScope&) = delete;
    PaddedScope& operator=(const PaddedScope&) = delete;

private:
    bool outer_;
};

/// The axes from the third on: after batch and channels.
Shape spatial(const Shape& shape);

}  // namespace lithe::window
