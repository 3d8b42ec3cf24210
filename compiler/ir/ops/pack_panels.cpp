// pack_panels(w) {panel, transposed}: the columns of a matrix in panels of {panel}, for
// packed_linear
//
//   result[.., p, k, i] = w[.., n, k], or w[.., k, n] where transposed,  with n = p * panel + i;
//   0 where n is beyond the columns
#include <algorithm>

#include "compiler/ir/ops.h"
#include "dsl/lowering.h"

namespace lithe::ir {
namespace {

/// Which axis of the operand is n.
int column_axis(const OpCall& call) {
    return call.input(0).rank() - (call.attrs.get_bool("transposed") ? 1 : 2);
}

int inner_axis(const OpCall& call) {
    return call.input(0).rank() - (call.attrs.get_bool("transposed") ? 2 : 1);
}

TensorTypes infer(const OpCall& call) {
    const TensorType& w = call.input(0);
    const Dim& panel = call.attrs.get_dim("panel");
    TensorType type{w.dtype, {w.shape.begin(), w.shape.end() - 2}};
    type.shape.push_back(floor_div(w.size(column_axis(call)) + panel - 1, panel));
    type.shape.push_back(w.size(inner_axis(call)));
    type.shape.push_back(panel);
    return type;
}

template <class T>
void pack(const OpCall& call, const Array& w, const Array& panels) {
    const int64_t width = call.attrs.get_int("panel");
    const int64_t columns = w.size(column_axis(call)), inner = w.size(inner_axis(call));
    const int64_t step_n = w.strides()[static_cast<size_t>(column_axis(call))];
    const int64_t step_k = w.strides()[static_cast<size_t>(inner_axis(call))];
    const int64_t matrix = columns * inner, matrices = matrix == 0 ? 0 : w.count() / matrix;
    std::fill_n(panels.data<T>(), panels.count(), T(0));
    T* to = panels.data<T>();
    for (int64_t m = 0; m < matrices; ++m) {
        const T* from = w.data<T>() + m * matrix;
        for (int64_t n = 0; n < columns; ++n) {
            for (int64_t k = 0; k < inner; ++k) {
                to[(n / width * inner + k) * width + n % width] = from[n * step_n + k * step_k];
            }
        }
        to += (columns + width - 1) / width * width * inner;
    }
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    visit(in[0].dtype(), [&]<class T>(T) { pack<T>(call, in[0], out[0]); });
}

Halide::Expr lower(const LowerCall& call) {
    const size_t rank = call.at.size();
    const Halide::Expr n =
        call.at[rank - 3] * call.size(call.call.attrs.get_dim("panel")) + call.at[rank - 1];
    const Halide::Expr columns = call.size(call.call.input(0).size(column_axis(call.call)));
    Coords from(call.at.begin(), call.at.end() - 3);
    const Halide::Expr column = min(n, columns - 1), k = call.at[rank - 2];
    if (call.call.attrs.get_bool("transposed")) {
        from.insert(from.end(), {k, column});
    } else {
        from.insert(from.end(), {column, k});
    }
    return select(n < columns, call.in(0, from), constant(call.out_types[0].dtype, 0));
}

}  // namespace

const Op pack_panels_op = {
    .name = "pack_panels", .infer = infer, .reference = reference, .lower = lower};

}  // namespace lithe::ir
