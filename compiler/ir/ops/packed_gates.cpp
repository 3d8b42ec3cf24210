// packed_gates(x, panels, bias) {columns, tile_rows}: several products of the same rows, one
// result each, the weights side by side in panels of pack_gates
//
//   result g[.., m, n] = sum over k of x[.., m, k] * panels[n / width, g / G, k, g % G, n % width]
//                        + bias[g * columns + n]      where G is how many gates a turn has
//
// bias may be left out.
#include "compiler/ir/ops.h"
#include "dsl/lowering.h"

namespace lithe::ir {
namespace {

TensorTypes infer(const OpCall& call) {
    TensorType type = call.input(0);
    type.shape.back() = call.attrs.get_dim("columns");
    const TensorType& panels = call.input(1);
    return TensorTypes(static_cast<size_t>((panels.size(1) * panels.size(3)).constant()), type);
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const Array &x = in[0], &panels = in[1];
    const int64_t columns = out[0].sizes().back(), inner = x.sizes().back();
    const int64_t turns = panels.size(1), of_turn = panels.size(3), width = panels.size(4);
    const int64_t gates = turns * of_turn;
    const int64_t rows = columns == 0 ? 0 : out[0].count() / columns;
    visit_float(x.dtype(), [&]<class T>(T) {
        for (int64_t at = 0; at < rows * gates * columns; ++at) {
            const int64_t m = at / (gates * columns), g = at / columns % gates, n = at % columns;
            const int64_t turn = n / width * turns + g / of_turn;
            double total = call.input_count() > 2 ? in[2].data<T>()[g * columns + n] : T(0);
            for (int64_t k = 0; k < inner; ++k) {
                total += static_cast<double>(x.data<T>()[m * inner + k]) *
                         panels.data<T>()[((turn * inner + k) * of_turn + g % of_turn) * width +
                                          n % width];
            }
            out[static_cast<size_t>(g)].data<T>()[m * columns + n] = static_cast<T>(total);
        }
    });
}

Halide::Expr lower(const LowerCall& call) {
    const TensorType& panels = call.call.input(1);
    const Halide::Expr n = call.at.back(), width = call.size(panels.size(4));
    const Halide::Expr g = call.output, of_turn = call.size(panels.size(3));
    const Halide::Expr y =
        reduce_sum(call.size(call.call.input(0).shape.back()), [&](Halide::Expr k) {
            Coords row(call.at.begin(), call.at.end() - 1);
            row.push_back(k);
            return call.in(0, row) *
                   call.in(1, {n / width, g / of_turn, k, g % of_turn, n % width});
        });
    if (call.call.input_count() < 3) return y;
    return y + call.in(2, {call.output * call.size(call.call.attrs.get_dim("columns")) + n});
}

}  // namespace

const Op packed_gates_op = {
    .name = "packed_gates", .infer = infer, .reference = reference, .lower = lower};

}  // namespace lithe::ir
