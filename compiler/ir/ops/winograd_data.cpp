// winograd_data(x) {tile, pad_begin, pad_end}: the patches of an image x[n, h, w, c], channels
// innermost, transformed for a 3 x 3 convolution of stride 1
//
//   result[u * s + v, p, c] = sum over i, j of B[u, i] * B[v, j] *
//       x[n, a * tile + i - pad_begin[0], b * tile + j - pad_begin[1], c]
//
// with s = tile + 2, B of compiler/ir/winograd.h, and patch p = (n, a, b) counted row by row over
// enough patches of {tile} x {tile} to cover the result; outside of x are zeros.
#include "compiler/ir/ops.h"
#include "compiler/ir/winograd.h"
#include "dsl/lowering.h"

namespace lithe::ir {
namespace {

TensorTypes infer(const OpCall& call) {
    const TensorType& x = call.input(0);
    const Dim tile = call.attrs.get_dim("tile"), size = tile + 2;
    const WinogradPatches patches = winograd_patches(call, x.shape);
    return TensorType{x.dtype, {size * size, x.size(0) * patches.down * patches.across, x.size(3)}};
}

template <class T>
double transformed(const WinogradTransforms::Matrix& b, const Array& x, const Sizes& at, int64_t u,
                   int64_t v) {
    double total = 0;
    for (size_t i = 0; i < b.size(); ++i) {
        for (size_t j = 0; j < b.size(); ++j) {
            const int64_t row = at[1] + static_cast<int64_t>(i),
                          column = at[2] + static_cast<int64_t>(j);
            const double factor = b[static_cast<size_t>(u)][i] * b[static_cast<size_t>(v)][j];
            if (factor == 0 || row < 0 || row >= x.size(1) || column < 0 || column >= x.size(2))
                continue;
            const int64_t pixel = (at[0] * x.size(1) + row) * x.size(2) + column;
            total += factor * static_cast<double>(x.data<T>()[pixel * x.size(3) + at[3]]);
        }
    }
    return total;
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const int64_t tile = call.attrs.get_int("tile"), size = tile + 2;
    const WinogradTransforms::Matrix& b = winograd_transforms(tile).data;
    const WinogradPatches patches = winograd_patches(call, call.input(0).shape);
    const int64_t across = patches.across.constant(), down = patches.down.constant();
    const Sizes begin = call.attrs.get_ints("pad_begin");
    visit_float(in[0].dtype(), [&]<class T>(T) {
        T* to = out[0].data<T>();
        for (int64_t w = 0; w < size * size; ++w) {
            for (int64_t p = 0; p < out[0].size(1); ++p) {
                Sizes at{p / (across * down), p / across % down * tile - begin[0],
                         p % across * tile - begin[1], 0};
                for (at[3] = 0; at[3] < out[0].size(2); ++at[3]) {
                    *to++ = static_cast<T>(transformed<T>(b, in[0], at, w / size, w % size));
                }
            }
        }
    });
}

}  // namespace

const Op winograd_data_op = {.name = "winograd_data", .infer = infer, .reference = reference};

}  // namespace lithe::ir
