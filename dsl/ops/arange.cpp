// arange {start, step, count, dtype}[i] = start + i * step
#include <cmath>

#include "dsl/autograd.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

TensorTypes infer(const OpCall& call) {
    const Dim& count = call.attrs.get_dim("count");
    if (count.is_constant() && count.constant() < 0) {
        throw UserError("arange.count", "arange: a negative number of elements: " + count.str());
    }
    return TensorType{call.attrs.get_dtype("dtype"), {count}};
}

void reference(const OpCall& call, std::span<const Array>, std::span<const Array> out) {
    const double start = call.attrs.get_float("start"), step = call.attrs.get_float("step");
    visit(out[0].dtype(), [&]<class T>(T) {
        for (int64_t i = 0; i < out[0].count(); ++i) {
            out[0].data<T>()[i] = static_cast<T>(start + static_cast<double>(i) * step);
        }
    });
}

Halide::Expr lower(const LowerCall& call) {
    const double start = call.call.attrs.get_float("start"),
                 step = call.call.attrs.get_float("step");
    const DType dtype = call.out_types[0].dtype;
    if (!is_floating(dtype)) {
        return Halide::cast(halide_type(dtype),
                            Halide::cast<int64_t>(call.at[0]) * constant(DType::i64, step) +
                                constant(DType::i64, start));
    }
    const Halide::Expr exact =
        Halide::cast<double>(call.at[0]) * constant(DType::f64, step) + constant(DType::f64, start);
    return Halide::cast(halide_type(dtype), exact);
}

}  // namespace

const Op arange_op = {
    .name = "arange",
    .infer = infer,
    .reference = reference,
    .lower = lower,
};

Tensor arange(const Scalar& start, const Scalar& end, const Scalar& step,
              const TensorOptions& options) {
    const bool whole = !start.is_floating() && !end.is_floating() && !step.is_floating();
    const DType dtype = options.dtype_or(whole ? DType::i64 : DType::f32);
    if (step.to_double() == 0) throw UserError("arange.step", "arange: the step is 0");
    const auto count = [&]() -> Dim {
        if (whole && step.to_double() > 0)
            return ceil_div(end.to_dim() - start.to_dim(), step.to_dim());
        return Dim(static_cast<int64_t>(
            std::ceil((end.to_double() - start.to_double()) / step.to_double())));
    }();
    if (count.is_constant() && count.constant() < 0) {
        throw UserError("arange.bounds", "arange: no step of " + std::to_string(step.to_double()) +
                                             " leads from " + std::to_string(start.to_double()) +
                                             " to " + std::to_string(end.to_double()));
    }
    return with_options(apply(arange_op, Tensors{},
                              {{"start", start.to_double()},
                               {"step", step.to_double()},
                               {"count", count},
                               {"dtype", dtype}}),
                        options);
}

Tensor arange(const Scalar& end, const TensorOptions& options) {
    return arange(0, end, 1, options);
}

}  // namespace lithe
