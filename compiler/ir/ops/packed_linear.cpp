// packed_linear(x, panels, bias) {columns, tile_rows, parts} = x W' + bias, W' in panels of
// pack_panels
//
//   result[.., m, n] = sum over k of x[.., m, k] * panels[.., n / width, k, n % width] + bias[n]
//
// Panels with axes in front are a batch of matrices, one for each matrix of x. bias may be left
// out, and so may parts: into how many equal parts the columns are cut whose equal places are read
// together, by one thread.
#include <algorithm>

#include "compiler/ir/ops.h"
#include "dsl/lowering.h"

namespace lithe::ir {
namespace {

TensorTypes infer(const OpCall& call) {
    TensorType type = call.input(0);
    type.shape.back() = call.attrs.get_dim("columns");
    return type;
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const Array &x = in[0], &panels = in[1];
    const int64_t columns = out[0].sizes().back(), inner = x.sizes().back();
    const int64_t width = panels.sizes().back();
    const int64_t matrix = panels.size(panels.rank() - 3) * inner * width;
    const int64_t rows = columns == 0 ? 0 : out[0].count() / columns;
    const int64_t matrices = panels.rank() > 3 && matrix > 0 ? panels.count() / matrix : 1;
    visit_float(x.dtype(), [&]<class T>(T) {
        for (int64_t m = 0; m < rows; ++m) {
            const T* row = x.data<T>() + m * inner;
            const T* w = panels.data<T>() + m / std::max<int64_t>(rows / matrices, 1) * matrix;
            for (int64_t n = 0; n < columns; ++n) {
                double total = call.input_count() > 2 ? in[2].data<T>()[n] : T(0);
                for (int64_t k = 0; k < inner; ++k) {
                    total += static_cast<double>(row[k]) *
                             w[(n / width * inner + k) * width + n % width];
                }
                out[0].data<T>()[m * columns + n] = static_cast<T>(total);
            }
        }
    });
}

Halide::Expr lower(const LowerCall& call) {
    const TensorType& panels = call.call.input(1);
    const Halide::Expr n = call.at.back(), width = call.size(panels.shape.back());
    const Halide::Expr y =
        reduce_sum(call.size(call.call.input(0).shape.back()), [&](Halide::Expr k) {
            Coords row(call.at.begin(), call.at.end() - 1), panel;
            row.push_back(k);
            for (int i = 0; i + 3 < panels.rank(); ++i)
                panel.push_back(call.at[static_cast<size_t>(i)]);
            panel.insert(panel.end(), {n / width, k, n % width});
            return call.in(0, row) * call.in(1, panel);
        });
    return call.call.input_count() > 2 ? y + call.in(2, {n}) : y;
}

}  // namespace

const Op packed_linear_op = {
    .name = "packed_linear", .infer = infer, .reference = reference, .lower = lower};

}  // namespace lithe::ir
