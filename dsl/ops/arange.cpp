// arange {start, step, count, dtype}[i] = start + i * step; `start` is a number or a size
#include <cmath>
#include <optional>

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

const Dim* start_size(const OpCall& call) {
    const auto at = call.attrs.items().find("start");
    return at == call.attrs.items().end() ? nullptr : std::get_if<Dim>(&at->second);
}

void reference(const OpCall& call, std::span<const Array>, std::span<const Array> out) {
    const Dim* size = start_size(call);
    const double start =
                     size ? static_cast<double>(size->constant()) : call.attrs.get_float("start"),
                 step = call.attrs.get_float("step");
    visit(out[0].dtype(), [&]<class T>(T) {
        for (int64_t i = 0; i < out[0].count(); ++i) {
            out[0].data<T>()[i] = static_cast<T>(start + static_cast<double>(i) * step);
        }
    });
}

Halide::Expr lower(const LowerCall& call) {
    const Dim* size = start_size(call.call);
    const Halide::Expr start = size ? Halide::cast<double>(call.size(*size))
                                    : constant(DType::f64, call.call.attrs.get_float("start"));
    const double step = call.call.attrs.get_float("step");
    const DType dtype = call.out_types[0].dtype;
    if (!is_floating(dtype)) {
        return Halide::cast(halide_type(dtype),
                            Halide::cast<int64_t>(call.at[0]) * constant(DType::i64, step) +
                                Halide::cast<int64_t>(start));
    }
    const Halide::Expr exact =
        Halide::cast<double>(call.at[0]) * constant(DType::f64, step) + start;
    return Halide::cast(halide_type(dtype), exact);
}

/// A whole number as a size.
std::optional<Dim> whole(const Scalar& x) {
    if (!x.is_floating()) return x.to_dim();
    const double number = x.to_double();
    if (std::floor(number) != number || std::abs(number) > 1e15) return {};
    return Dim(static_cast<int64_t>(number));
}

/// How many steps lead from start to before end.
Dim count_of(const Scalar& start, const Scalar& end, double step) {
    const std::optional<Dim> from = whole(start), to = whole(end), by = whole(step);
    if (from && to && by) {
        return step > 0 ? ceil_div(*to - *from, *by) : ceil_div(*from - *to, Dim(0) - *by);
    }
    return Dim(static_cast<int64_t>(std::ceil((end.to_double() - start.to_double()) / step)));
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
    const bool is_integer = !start.is_floating() && !end.is_floating() && !step.is_floating();
    const DType dtype = options.dtype_or(is_integer ? DType::i64 : DType::f32);
    const double by = step.to_double();
    if (by == 0) throw UserError("arange.step", "arange: the step is 0");
    const Dim count = count_of(start, end, by);
    if (count.is_constant() && count.constant() < 0) {
        throw UserError("arange.bounds", "arange: no step of " + std::to_string(by) +
                                             " leads from " + std::to_string(start.to_double()) +
                                             " to " + std::to_string(end.to_double()));
    }
    return with_options(
        apply(arange_op, Tensors{},
              {{"start", start.is_symbolic() ? Attr(start.to_dim()) : Attr(start.to_double())},
               {"step", by},
               {"count", count},
               {"dtype", dtype}}),
        options);
}

Tensor arange(const Scalar& end, const TensorOptions& options) {
    return arange(0, end, 1, options);
}

}  // namespace lithe
