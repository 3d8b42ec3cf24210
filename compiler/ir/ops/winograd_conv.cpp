// winograd_conv(x, filters, bias) {columns, tile, pad_begin, pad_end, block}: 3 x 3 convolution of
// stride 1 of an image x[n, h, w, c], channels innermost, with the filters of pack_winograd
//
//   result[n, i, j, k] = bias[k] + sum over c, s, t of
//                        x[n, i + s - pad_begin[0], j + t - pad_begin[1], c] * w[k, c, s, t]
//
// computed in patches of {tile} x {tile} results, {block} of them (images, rows, columns) at a
// time; outside of x are zeros; bias may be left out. A result that comes out as no finite number
// is computed again as the sum above, from filters won back from their transforms.
#include "compiler/ir/ops.h"
#include "compiler/ir/winograd.h"
#include "dsl/lowering.h"

namespace lithe::ir {
namespace {

TensorTypes infer(const OpCall& call) {
    const TensorType& x = call.input(0);
    const Shape &begin = call.attrs.get_shape("pad_begin"), &end = call.attrs.get_shape("pad_end");
    return TensorType{x.dtype,
                      {x.size(0), x.size(1) + begin[0] + end[0] - 2,
                       x.size(2) + begin[1] + end[1] - 2, call.attrs.get_dim("columns")}};
}

/// Filter k, channel c, tap (s, t).
template <class T>
double tap_of(const WinogradTransforms::Matrix& g, const Array& filters, int64_t k, int64_t c,
              int s, int t) {
    const auto n = static_cast<int64_t>(g.size()), width = filters.size(3);
    return winograd_tap(g, s, t, [&](int64_t u, int64_t v) -> double {
        return filters
            .data<T>()[((k / width * n * n + u * n + v) * filters.size(2) + c) * width + k % width];
    });
}

/// The plain sum: what the transforms compute.
template <class T>
void convolve(const OpCall& call, const Array& x, const Array& filters, const Array* bias,
              const Array& y) {
    const WinogradTransforms::Matrix& g = winograd_transforms(call.attrs.get_int("tile")).filter;
    const Sizes begin = call.attrs.get_ints("pad_begin");
    const int64_t height = x.size(1), width = x.size(2), channels = x.size(3), columns = y.size(3);
    std::vector<double> w(static_cast<size_t>(9 * channels * columns));
    for (int64_t tap = 0; tap < 9; ++tap) {
        for (int64_t c = 0; c < channels; ++c) {
            for (int64_t k = 0; k < columns; ++k) {
                w[static_cast<size_t>((tap * channels + c) * columns + k)] = tap_of<T>(
                    g, filters, k, c, static_cast<int>(tap / 3), static_cast<int>(tap % 3));
            }
        }
    }
    for (int64_t place = 0; place < y.size(0) * y.size(1) * y.size(2); ++place) {
        const int64_t n = place / (y.size(1) * y.size(2)), i = place / y.size(2) % y.size(1),
                      j = place % y.size(2);
        for (int64_t k = 0; k < columns; ++k) {
            double total = bias ? static_cast<double>(bias->data<T>()[k]) : 0;
            for (int64_t tap = 0; tap < 9; ++tap) {
                const int64_t row = i + tap / 3 - begin[0], column = j + tap % 3 - begin[1];
                if (row < 0 || row >= height || column < 0 || column >= width) continue;
                const T* pixel = x.data<T>() + ((n * height + row) * width + column) * channels;
                for (int64_t c = 0; c < channels; ++c) {
                    total += static_cast<double>(pixel[c]) *
                             w[static_cast<size_t>((tap * channels + c) * columns + k)];
                }
            }
            y.data<T>()[place * columns + k] = static_cast<T>(total);
        }
    }
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    visit_float(in[0].dtype(), [&]<class T>(T) {
        convolve<T>(call, in[0], in[1], in.size() > 2 ? &in[2] : nullptr, out[0]);
    });
}

}  // namespace

const Op winograd_conv_op = {.name = "winograd_conv", .infer = infer, .reference = reference};

}  // namespace lithe::ir
