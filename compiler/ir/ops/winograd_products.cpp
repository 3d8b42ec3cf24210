// winograd_products(data, filters) {tile, taps, stride, tile_rows}: the products of transformed
// patches, data[elements, patches, c] of winograd_data, with filters in panels of pack_filters,
// which are transformed on the way: in memory they are taps, a fraction of their transform; taps
// are 3 x 3 and the stride is 1 where they are left out
//
//   result[u * n + v, p, k * width + i] = sum over c of data[u * n + v, p, c] *
//       sum over s, t of G[u, s] * G'[v, t] * filters[k, s, t, c, i]
//
// with the transforms G, G' of both axes (compiler/ir/winograd.h), n results of G'.
#include "compiler/ir/ops.h"
#include "compiler/ir/winograd.h"
#include "dsl/lowering.h"

namespace lithe::ir {
namespace {

TensorTypes infer(const OpCall& call) {
    TensorType type = call.input(0);
    const Shape& panels = call.input(1).shape;
    type.shape.back() = panels.front() * panels.back();
    return type;
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const WinogradAxes axes(call.attrs);
    const Array &data = in[0], &panels = in[1];
    const int64_t channels = data.size(2), width = panels.size(4), columns = out[0].size(2);
    const int64_t taps = panels.size(1) * panels.size(2), patches = data.size(1);
    std::vector<double> filter(static_cast<size_t>(channels));
    visit_float(data.dtype(), [&]<class T>(T) {
        for (int64_t e = 0; e < data.size(0); ++e) {
            for (int64_t k = 0; k < columns; ++k) {
                for (int64_t c = 0; c < channels; ++c) {
                    const int64_t first = (k / width * taps * channels + c) * width + k % width;
                    filter[static_cast<size_t>(c)] =
                        winograd_element(axes, panels.data<T>() + first, channels * width, e);
                }
                for (int64_t p = 0; p < patches; ++p) {
                    const T* patch = data.data<T>() + (e * patches + p) * channels;
                    double total = 0;
                    for (int64_t c = 0; c < channels; ++c) {
                        total += filter[static_cast<size_t>(c)] * static_cast<double>(patch[c]);
                    }
                    out[0].data<T>()[(e * patches + p) * columns + k] = static_cast<T>(total);
                }
            }
        }
    });
}

}  // namespace

const Op winograd_products_op = {
    .name = "winograd_products", .infer = infer, .reference = reference};

}  // namespace lithe::ir
