// pack_gates(w) {gates, turns, panel, transposed}: the columns of {gates} matrices of one size that
// stand one after the other in w, in panels of {panel} of each, for packed_gates; a panel has the
// matrices of one turn side by side, and one turn after the other
//
//   result[p, t, k, g, i] = w[n, k], or w[k, n] where transposed,
//                           with n = (t * gates / turns + g) * size + p * panel + i;
//   0 where p * panel + i is beyond the size
#include <algorithm>

#include "compiler/ir/ops.h"
#include "dsl/lowering.h"

namespace lithe::ir {
namespace {

int column_axis(const OpCall& call) { return call.attrs.get_bool("transposed") ? 1 : 0; }

/// Columns of one matrix.
Dim size_of(const OpCall& call) {
    return floor_div(call.input(0).size(column_axis(call)), call.attrs.get_dim("gates"));
}

Dim gates_of_a_turn(const OpCall& call) {
    return floor_div(call.attrs.get_dim("gates"), call.attrs.get_dim("turns"));
}

TensorTypes infer(const OpCall& call) {
    const TensorType& w = call.input(0);
    const Dim &panel = call.attrs.get_dim("panel"), &turns = call.attrs.get_dim("turns");
    return TensorType{w.dtype,
                      {floor_div(size_of(call) + panel - 1, panel), turns,
                       w.size(1 - column_axis(call)), gates_of_a_turn(call), panel}};
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const int64_t size = size_of(call).constant(), inner = out[0].size(2);
    const int64_t turns = out[0].size(1), gates = out[0].size(3), width = out[0].size(4);
    const int axis = column_axis(call);
    const auto step_n = in[0].strides()[static_cast<size_t>(axis)];
    const auto step_k = in[0].strides()[static_cast<size_t>(1 - axis)];
    visit(in[0].dtype(), [&]<class T>(T) {
        std::fill_n(out[0].data<T>(), out[0].count(), T(0));
        for (int64_t n = 0; n < size * turns * gates; ++n) {
            const int64_t gate = n / size, column = n % size;
            const int64_t turn = column / width * turns + gate / gates;
            for (int64_t k = 0; k < inner; ++k) {
                out[0].data<T>()[((turn * inner + k) * gates + gate % gates) * width +
                                 column % width] = in[0].data<T>()[n * step_n + k * step_k];
            }
        }
    });
}

Halide::Expr lower(const LowerCall& call) {
    const Halide::Expr size = call.size(size_of(call.call));
    const Halide::Expr column =
        call.at[0] * call.size(call.call.attrs.get_dim("panel")) + call.at[4];
    const Halide::Expr gate = call.at[1] * call.size(gates_of_a_turn(call.call)) + call.at[3];
    const Halide::Expr n = gate * size + min(column, size - 1), k = call.at[2];
    const Coords from = call.call.attrs.get_bool("transposed") ? Coords{k, n} : Coords{n, k};
    return select(column < size, call.in(0, from), constant(call.out_types[0].dtype, 0));
}

}  // namespace

const Op pack_gates_op = {
    .name = "pack_gates", .infer = infer, .reference = reference, .lower = lower};

}  // namespace lithe::ir
