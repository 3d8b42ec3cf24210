// pack_filters(w) {panel}: filters w[K, C, taps...] in panels of {panel}, for packed_conv
//
//   result[p, taps..., c, i] = w[p * panel + i, c, taps...], 0 beyond the filters
#include <algorithm>

#include "compiler/ir/ops.h"
#include "dsl/lowering.h"

namespace lithe::ir {
namespace {

TensorTypes infer(const OpCall& call) {
    const TensorType& w = call.input(0);
    const Dim& panel = call.attrs.get_dim("panel");
    TensorType type{w.dtype, {floor_div(w.size(0) + panel - 1, panel)}};
    type.shape.insert(type.shape.end(), w.shape.begin() + 2, w.shape.end());
    type.shape.push_back(w.size(1));
    type.shape.push_back(panel);
    return type;
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const int64_t width = call.attrs.get_int("panel");
    const int64_t filters = in[0].size(0), channels = in[0].size(1);
    const int64_t taps = filters * channels == 0 ? 0 : in[0].count() / (filters * channels);
    visit(in[0].dtype(), [&]<class T>(T) {
        std::fill_n(out[0].data<T>(), out[0].count(), T(0));
        for (int64_t k = 0; k < filters; ++k) {
            for (int64_t c = 0; c < channels; ++c) {
                for (int64_t t = 0; t < taps; ++t) {
                    out[0].data<T>()[((k / width * taps + t) * channels + c) * width + k % width] =
                        in[0].data<T>()[(k * channels + c) * taps + t];
                }
            }
        }
    });
}

Halide::Expr lower(const LowerCall& call) {
    const Halide::Expr filters = call.size(call.call.input(0).size(0));
    const Halide::Expr k =
        call.at.front() * call.size(call.call.attrs.get_dim("panel")) + call.at.back();
    Coords from{min(k, filters - 1), call.at[call.at.size() - 2]};
    from.insert(from.end(), call.at.begin() + 1, call.at.end() - 2);
    return select(k < filters, call.in(0, from), constant(call.out_types[0].dtype, 0));
}

}  // namespace

const Op pack_filters_op = {
    .name = "pack_filters", .infer = infer, .reference = reference, .lower = lower};

}  // namespace lithe::ir
