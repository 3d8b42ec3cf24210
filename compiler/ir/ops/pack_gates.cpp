// pack_gates(w) {gates, panel, transposed}: the columns of {gates} matrices of one size that stand
// one after the other in w, in panels of {panel} of each, for packed_gates
//
//   result[p, k, g, i] = w[n, k], or w[k, n] where transposed,  with n = g * size + p * panel + i;
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

TensorTypes infer(const OpCall& call) {
    const TensorType& w = call.input(0);
    const Dim &panel = call.attrs.get_dim("panel"), &gates = call.attrs.get_dim("gates");
    return TensorType{
        w.dtype,
        {floor_div(size_of(call) + panel - 1, panel), w.size(1 - column_axis(call)), gates, panel}};
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const int64_t size = size_of(call).constant(), inner = out[0].size(1);
    const int64_t gates = out[0].size(2), width = out[0].size(3);
    const int axis = column_axis(call);
    const auto step_n = in[0].strides()[static_cast<size_t>(axis)];
    const auto step_k = in[0].strides()[static_cast<size_t>(1 - axis)];
    visit(in[0].dtype(), [&]<class T>(T) {
        std::fill_n(out[0].data<T>(), out[0].count(), T(0));
        for (int64_t n = 0; n < size * gates; ++n) {
            const int64_t gate = n / size, column = n % size;
            for (int64_t k = 0; k < inner; ++k) {
                out[0].data<T>()[((column / width * inner + k) * gates + gate) * width +
                                 column % width] = in[0].data<T>()[n * step_n + k * step_k];
            }
        }
    });
}

Halide::Expr lower(const LowerCall& call) {
    const Halide::Expr size = call.size(size_of(call.call));
    const Halide::Expr column =
        call.at[0] * call.size(call.call.attrs.get_dim("panel")) + call.at[3];
    const Halide::Expr n = call.at[2] * size + min(column, size - 1), k = call.at[1];
    const Coords from = call.call.attrs.get_bool("transposed") ? Coords{k, n} : Coords{n, k};
    return select(column < size, call.in(0, from), constant(call.out_types[0].dtype, 0));
}

}  // namespace

const Op pack_gates_op = {
    .name = "pack_gates", .infer = infer, .reference = reference, .lower = lower};

}  // namespace lithe::ir
