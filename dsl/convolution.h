#pragma once

// Shared pieces of conv, conv_transpose and conv_weight_gradient. All three speak of an image
// [N, C, ...], an outgoing [N, K, ...] and a weight [K, C / groups, ...]; each makes one of the
// three from the other two.

#include "dsl/window.h"

namespace lithe::convolution {

/// Checks dtype, ranks, groups and channels. Errors: <op>.dtype, <op>.rank, <op>.groups,
/// <op>.channels.
void check(const OpCall& call, const TensorType& image_or_outgoing, const TensorType& weight,
           bool is_image);

/// Runs over samples and groups, with the matrices of the convolution laid bare:
///   outgoing[K / groups, places] = weight[K / groups, C / groups * taps] * columns.
struct Loops {
    Loops(const OpCall& call, const Array& image, const Array& outgoing, const Array& weight);

    int64_t batch, groups, channels, filters, taps, places, image_size;  // of one group
    window::Geometry geometry;

    /// columns[c * taps + t, p] = the image under tap t at place p, 0 outside.
    template <class T>
    void fill_columns(const T* image, T* columns) const {
        std::fill_n(columns, channels * taps * places, T(0));
        for (int64_t c = 0; c < channels; ++c) {
            for (int64_t t = 0; t < taps; ++t) {
                T* row = columns + (c * taps + t) * places;
                const T* plane = image + c * image_size;
                geometry.for_each_place(t, [&](int64_t p, int64_t i) { row[p] = plane[i]; });
            }
        }
    }
    /// The transpose of fill_columns: adds every column entry to the image where it came from.
    template <class T>
    void add_columns(const T* columns, T* image) const {
        for (int64_t c = 0; c < channels; ++c) {
            for (int64_t t = 0; t < taps; ++t) {
                const T* row = columns + (c * taps + t) * places;
                T* plane = image + c * image_size;
                geometry.for_each_place(t, [&](int64_t p, int64_t i) { plane[i] += row[p]; });
            }
        }
    }
    /// Calls `body(offset of the image, of the outgoing, of the weight)` for every sample, group.
    template <class Body>
    void for_each_group(Body&& body) const {
        for (int64_t n = 0; n < batch; ++n) {
            for (int64_t g = 0; g < groups; ++g) {
                body((n * groups + g) * channels * image_size, (n * groups + g) * filters * places,
                     g * filters * channels * taps);
            }
        }
    }
};

}  // namespace lithe::convolution
