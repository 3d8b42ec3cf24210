// winograd_data(x) {tile, taps, stride, pad_begin, pad_end}: the patches of an image x[n, h, w, c],
// channels innermost, transformed for a convolution; taps are 3 x 3 and the stride is 1 where they
// are left out
//
//   result[u * s + v, p, c] = sum over i, j of B[u, i] * B'[v, j] *
//       x[n, a * m + i - pad_begin[0], b * m' + j - pad_begin[1], c]
//
// with the transforms B, B' of both axes (compiler/ir/winograd.h), patches m, m' pixels apart, s
// results of B', and patch p = (n, a, b) counted row by row over enough patches to cover the
// result; outside of x are zeros.
//
// {phases, phase_begin} (compiler/ir/phases.h), for transposed convolutions: all of this for every
// phase, one after the other, whose patches begin where its windows do.
#include "compiler/ir/ops.h"
#include "compiler/ir/winograd.h"
#include "dsl/lowering.h"

namespace lithe::ir {
namespace {

TensorTypes infer(const OpCall& call) {
    const TensorType& x = call.input(0);
    const int64_t elements = phase_count(call.attrs) * WinogradAxes(call.attrs).elements();
    const WinogradPatches patches = winograd_patches(call, x.shape);
    return TensorType{x.dtype, {elements, x.size(0) * patches.down * patches.across, x.size(3)}};
}

template <class T>
double transformed(const WinogradAxes& axes, const Array& x, const Sizes& at, int64_t element) {
    const std::vector<double>& down =
        axes.down.transforms().data[static_cast<size_t>(element / axes.across.size())];
    const std::vector<double>& across =
        axes.across.transforms().data[static_cast<size_t>(element % axes.across.size())];
    double total = 0;
    for (size_t i = 0; i < down.size(); ++i) {
        for (size_t j = 0; j < across.size(); ++j) {
            const int64_t row = at[1] + static_cast<int64_t>(i),
                          column = at[2] + static_cast<int64_t>(j);
            const double factor = down[i] * across[j];
            if (factor == 0 || row < 0 || row >= x.size(1) || column < 0 || column >= x.size(2))
                continue;
            const int64_t pixel = (at[0] * x.size(1) + row) * x.size(2) + column;
            total += factor * static_cast<double>(x.data<T>()[pixel * x.size(3) + at[3]]);
        }
    }
    return total;
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const WinogradAxes axes(call.attrs);
    const int64_t elements = axes.elements(), phases_across = phases_along(call.attrs, 1);
    const WinogradPatches patches = winograd_patches(call, call.input(0).shape);
    const int64_t across = patches.across.constant(), down = patches.down.constant();
    const Sizes begin = call.attrs.get_ints("pad_begin");
    visit_float(in[0].dtype(), [&]<class T>(T) {
        T* to = out[0].data<T>();
        for (int64_t w = 0; w < out[0].size(0); ++w) {
            const int64_t phase = w / elements;
            const int64_t first_row =
                phase_shift<int64_t>(call.attrs, 0, phase / phases_across) - begin[0];
            const int64_t first_column =
                phase_shift<int64_t>(call.attrs, 1, phase % phases_across) - begin[1];
            for (int64_t p = 0; p < out[0].size(1); ++p) {
                Sizes at{p / (across * down), p / across % down * axes.down.step() + first_row,
                         p % across * axes.across.step() + first_column, 0};
                for (at[3] = 0; at[3] < out[0].size(2); ++at[3]) {
                    *to++ = static_cast<T>(transformed<T>(axes, in[0], at, w % elements));
                }
            }
        }
    });
}

}  // namespace

const Op winograd_data_op = {.name = "winograd_data", .infer = infer, .reference = reference};

}  // namespace lithe::ir
