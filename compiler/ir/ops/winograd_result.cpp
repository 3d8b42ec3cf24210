// winograd_result(products, x, filters, bias) {columns, tile, pad_begin, pad_end}: what a 3 x 3
// convolution of stride 1 gives, out of the products of its transformed patches and filters
//
//   result[n, a * tile + i, b * tile + j, k] = bias[k] + sum over u, v of
//                                              A[i, u] * A[j, v] * products[u * s + v, (n, a, b),
//                                              k]
//
// with s = tile + 2 and A of compiler/ir/winograd.h; bias may be left out. The products have a
// column for every filter of the panels, also for those beyond the last. A result that comes out as
// no finite number is computed again as the plain sum over the image x[n, h, w, c], with filters[s
// * s, K / width, c, width] won back from their transforms.
#include <cmath>

#include "compiler/ir/ops.h"
#include "compiler/ir/winograd.h"
#include "dsl/lowering.h"

namespace lithe::ir {
namespace {

TensorTypes infer(const OpCall& call) {
    const TensorType& x = call.input(1);
    const Shape &begin = call.attrs.get_shape("pad_begin"), &end = call.attrs.get_shape("pad_end");
    return TensorType{x.dtype,
                      {x.size(0), x.size(1) + begin[0] + end[0] - 2,
                       x.size(2) + begin[1] + end[1] - 2, call.attrs.get_dim("columns")}};
}

/// Element `place` = (n, i, j, k) of the plain sum.
template <class T>
double plain_sum(const OpCall& call, const Array& x, const Array& filters, const Sizes& place) {
    const WinogradTransforms::Matrix& g = winograd_transforms(call.attrs.get_int("tile")).filter;
    const Sizes begin = call.attrs.get_ints("pad_begin");
    const auto n = static_cast<int64_t>(g.size());
    const int64_t channels = x.size(3), width = filters.size(3), k = place[3];
    double total = 0;
    for (int64_t tap = 0; tap < 9; ++tap) {
        const int64_t row = place[1] + tap / 3 - begin[0], column = place[2] + tap % 3 - begin[1];
        if (row < 0 || row >= x.size(1) || column < 0 || column >= x.size(2)) continue;
        for (int64_t c = 0; c < channels; ++c) {
            const double w = winograd_tap(g, tap / 3, tap % 3, [&](int64_t u, int64_t v) -> double {
                return filters.data<
                    T>()[(((u * n + v) * filters.size(1) + k / width) * channels + c) * width +
                         k % width];
            });
            total +=
                w * static_cast<double>(
                        x.data<T>()[((place[0] * x.size(1) + row) * x.size(2) + column) * channels +
                                    c]);
        }
    }
    return total;
}

template <class T>
double transformed(const WinogradTransforms::Matrix& a, const Array& products, int64_t patch,
                   int64_t i, int64_t j, int64_t k) {
    const auto n = static_cast<int64_t>(a[0].size());
    double total = 0;
    for (int64_t u = 0; u < n; ++u) {
        for (int64_t v = 0; v < n; ++v) {
            const double factor = a[static_cast<size_t>(i)][static_cast<size_t>(u)] *
                                  a[static_cast<size_t>(j)][static_cast<size_t>(v)];
            if (factor == 0) continue;
            total +=
                factor *
                static_cast<double>(
                    products.data<T>()[((u * n + v) * products.size(1) + patch) * products.size(2) +
                                       k]);
        }
    }
    return total;
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const int64_t tile = call.attrs.get_int("tile");
    const WinogradTransforms::Matrix& a = winograd_transforms(tile).result;
    const WinogradPatches patches = winograd_patches(call, call.input(1).shape);
    const int64_t across = patches.across.constant(), down = patches.down.constant();
    visit_float(in[0].dtype(), [&]<class T>(T) {
        T* to = out[0].data<T>();
        Sizes at(4, 0);
        for (int64_t flat = 0; flat < out[0].count(); ++flat) {
            int64_t rest = flat;
            for (size_t axis = 4; axis-- > 0;) {
                at[axis] = rest % out[0].sizes()[axis];
                rest /= out[0].sizes()[axis];
            }
            const int64_t patch = (at[0] * down + at[1] / tile) * across + at[2] / tile;
            double value = transformed<T>(a, in[0], patch, at[1] % tile, at[2] % tile, at[3]);
            if (!std::isfinite(value)) value = plain_sum<T>(call, in[1], in[2], at);
            if (in.size() > 3) value += static_cast<double>(in[3].data<T>()[at[3]]);
            *to++ = static_cast<T>(value);
        }
    });
}

}  // namespace

const Op winograd_result_op = {.name = "winograd_result", .infer = infer, .reference = reference};

}  // namespace lithe::ir
