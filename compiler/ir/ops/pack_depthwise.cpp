// pack_depthwise(w): filters w[C, depth, height, width] of a convolution whose groups have as many
// filters as channels, filters innermost
//
//   result[s, t, d, c] = w[c, d, s, t]
#include "compiler/ir/ops.h"
#include "dsl/lowering.h"

namespace lithe::ir {
namespace {

TensorTypes infer(const OpCall& call) {
    const TensorType& w = call.input(0);
    return TensorType{w.dtype, {w.size(2), w.size(3), w.size(1), w.size(0)}};
}

void reference(const OpCall&, std::span<const Array> in, std::span<const Array> out) {
    const int64_t channels = in[0].size(0), depth = in[0].size(1);
    const int64_t taps = in[0].size(2) * in[0].size(3);
    visit_float(in[0].dtype(), [&]<class T>(T) {
        T* packed = out[0].data<T>();
        for (int64_t tap = 0; tap < taps; ++tap) {
            for (int64_t d = 0; d < depth; ++d) {
                for (int64_t c = 0; c < channels; ++c) {
                    *packed++ = in[0].data<T>()[(c * depth + d) * taps + tap];
                }
            }
        }
    });
}

Halide::Expr lower(const LowerCall& call) {
    return call.in(0, {call.at[3], call.at[2], call.at[0], call.at[1]});
}

}  // namespace

const Op pack_depthwise_op = {
    .name = "pack_depthwise", .infer = infer, .reference = reference, .lower = lower};

}  // namespace lithe::ir
