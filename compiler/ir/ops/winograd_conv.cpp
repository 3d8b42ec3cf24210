// winograd_conv(x, filters, bias) {columns, tile, taps, stride, pad_begin, pad_end, block}:
// convolution of an image x[n, h, w, c], channels innermost, with the filters of pack_winograd;
// taps are 3 x 3 and the stride d, d' is 1 where they are left out
//
//   result[n, i, j, k] = bias[k] + sum over c, s, t of
//       x[n, i * d + s - pad_begin[0], j * d' + t - pad_begin[1], c] * w[k, c, s, t]
//
// computed in patches of {tile} results along axes of several taps, {block} of them (images, rows,
// columns) at a time; outside of x are zeros; bias may be left out. A result that comes out as no
// finite number is computed again as the sum above, from filters won back from their transforms.
#include "compiler/ir/ops.h"
#include "compiler/ir/winograd.h"
#include "dsl/lowering.h"

namespace lithe::ir {
namespace {

TensorTypes infer(const OpCall& call) {
    const TensorType& x = call.input(0);
    const Shape &begin = call.attrs.get_shape("pad_begin"), &end = call.attrs.get_shape("pad_end");
    const WinogradAxes axes(call.attrs);
    return TensorType{
        x.dtype,
        {x.size(0), axes.down.places(x.size(1) + begin[0] + end[0]),
         axes.across.places(x.size(2) + begin[1] + end[1]), call.attrs.get_dim("columns")}};
}

/// Filter k, channel c, tap (s, t).
template <class T>
double tap_of(const WinogradAxes& axes, const Array& filters, int64_t k, int64_t c, int64_t s,
              int64_t t) {
    const int64_t elements = axes.elements(), width = filters.size(3);
    return winograd_tap(axes, s, t, [&](int64_t u, int64_t v) -> double {
        const int64_t row = k / width * elements + u * axes.across.size() + v;
        return filters.data<T>()[(row * filters.size(2) + c) * width + k % width];
    });
}

/// The plain sum: what the transforms compute.
template <class T>
void convolve(const OpCall& call, const Array& x, const Array& filters, const Array* bias,
              const Array& y) {
    const WinogradAxes axes(call.attrs);
    const int64_t across = axes.across.taps, taps = axes.down.taps * across;
    const Sizes begin = call.attrs.get_ints("pad_begin");
    const int64_t height = x.size(1), width = x.size(2), channels = x.size(3), columns = y.size(3);
    std::vector<double> w(static_cast<size_t>(taps * channels * columns));
    for (int64_t tap = 0; tap < taps; ++tap) {
        for (int64_t c = 0; c < channels; ++c) {
            for (int64_t k = 0; k < columns; ++k) {
                w[static_cast<size_t>((tap * channels + c) * columns + k)] =
                    tap_of<T>(axes, filters, k, c, tap / across, tap % across);
            }
        }
    }
    for (int64_t place = 0; place < y.size(0) * y.size(1) * y.size(2); ++place) {
        const int64_t n = place / (y.size(1) * y.size(2)), i = place / y.size(2) % y.size(1),
                      j = place % y.size(2);
        for (int64_t k = 0; k < columns; ++k) {
            double total = bias ? static_cast<double>(bias->data<T>()[k]) : 0;
            for (int64_t tap = 0; tap < taps; ++tap) {
                const int64_t row = i * axes.down.stride + tap / across - begin[0],
                              column = j * axes.across.stride + tap % across - begin[1];
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
