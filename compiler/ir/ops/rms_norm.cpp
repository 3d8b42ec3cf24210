// rms_norm(x) {axis, eps} = x / sqrt(mean of x^2 + eps), along the axis
#include <cmath>

#include "compiler/ir/ops.h"
#include "dsl/axis.h"
#include "dsl/elementwise.h"
#include "dsl/lowering.h"

namespace lithe::ir {
namespace {

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const AxisSplit split(in[0], call.attrs.get_int("axis"));
    const double eps = call.attrs.get_float("eps");
    visit_float(in[0].dtype(), [&]<class T>(T) {
        split.for_each_line([&](int64_t at) {
            const T* x = in[0].data<T>() + at;
            T* y = out[0].data<T>() + at;
            const int64_t end = split.size * split.inner;
            double squares = 0;
            for (int64_t k = 0; k < end; k += split.inner)
                squares += static_cast<double>(x[k]) * static_cast<double>(x[k]);
            const double scale = 1 / std::sqrt(squares / static_cast<double>(split.size) + eps);
            for (int64_t k = 0; k < end; k += split.inner)
                y[k] = static_cast<T>(static_cast<double>(x[k]) * scale);
        });
    });
}

Halide::Expr lower(const LowerCall& call) {
    const auto axis = static_cast<size_t>(call.call.attrs.get_int("axis"));
    const DType dtype = call.out_types[0].dtype;
    const Halide::Expr size = call.size(call.call.input(0).shape[axis]);
    const Halide::Expr squares = reduce_sum(size, [&](Halide::Expr i) {
        Coords from = call.at;
        from[axis] = i;
        return call.in(0, from) * call.in(0, from);
    });
    const Halide::Expr mean = squares / Halide::cast(call(0).type(), size);
    const Halide::Expr eps = constant(dtype, call.call.attrs.get_float("eps"));
    return call(0) * (constant(dtype, 1) / Halide::sqrt(mean + eps));
}

}  // namespace

const Op rms_norm_op = {.name = "rms_norm",
                        .infer = elementwise::infer_float_axis,
                        .reference = reference,
                        .lower = lower};

}  // namespace lithe::ir
