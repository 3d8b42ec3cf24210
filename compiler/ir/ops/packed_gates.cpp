// packed_gates(x, panels, bias) {columns, tile_rows}: several products of the same rows, one
// result each, the weights side by side in panels of pack_gates
//
//   result g[.., m, n] = sum over k of x[.., m, k] * panels[n / width, k, g, n % width]
//                        + bias[g * columns + n]
//
// bias may be left out.
#include "compiler/ir/ops.h"
#include "dsl/lowering.h"

namespace lithe::ir {
namespace {

TensorTypes infer(const OpCall& call) {
    TensorType type = call.input(0);
    type.shape.back() = call.attrs.get_dim("columns");
    return TensorTypes(static_cast<size_t>(call.input(1).size(2).constant()), type);
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const Array &x = in[0], &panels = in[1];
    const int64_t columns = out[0].sizes().back(), inner = x.sizes().back();
    const int64_t gates = panels.size(2), width = panels.size(3);
    const int64_t rows = columns == 0 ? 0 : out[0].count() / columns;
    visit_float(x.dtype(), [&]<class T>(T) {
        for (int64_t at = 0; at < rows * gates * columns; ++at) {
            const int64_t m = at / (gates * columns), g = at / columns % gates, n = at % columns;
            double total = call.input_count() > 2 ? in[2].data<T>()[g * columns + n] : T(0);
            for (int64_t k = 0; k < inner; ++k) {
                total +=
                    static_cast<double>(x.data<T>()[m * inner + k]) *
                    panels.data<T>()[((n / width * inner + k) * gates + g) * width + n % width];
            }
            out[static_cast<size_t>(g)].data<T>()[m * columns + n] = static_cast<T>(total);
        }
    });
}

Halide::Expr lower(const LowerCall& call) {
    const Halide::Expr n = call.at.back(), width = call.size(call.call.input(1).size(3));
    const Halide::Expr y =
        reduce_sum(call.size(call.call.input(0).shape.back()), [&](Halide::Expr k) {
            Coords row(call.at.begin(), call.at.end() - 1);
            row.push_back(k);
            return call.in(0, row) * call.in(1, {n / width, k, call.output, n % width});
        });
    if (call.call.input_count() < 3) return y;
    return y + call.in(2, {call.output * call.size(call.call.attrs.get_dim("columns")) + n});
}

}  // namespace

const Op packed_gates_op = {
    .name = "packed_gates", .infer = infer, .reference = reference, .lower = lower};

}  // namespace lithe::ir
