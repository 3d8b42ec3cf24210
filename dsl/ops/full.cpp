// full {value, shape, dtype}: the same number everywhere; `value` is a number or a size
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

TensorTypes infer(const OpCall& call) {
    TensorType type{call.attrs.get_dtype("dtype"), call.attrs.get_shape("shape")};
    for (const Dim& size : type.shape) {
        if (size.is_constant() && size.constant() < 0) {
            throw UserError("full.size", "full: a negative size in " + str(type.shape));
        }
    }
    return type;
}

const Dim* size_value(const OpCall& call) {
    const auto at = call.attrs.items().find("value");
    return at == call.attrs.items().end() ? nullptr : std::get_if<Dim>(&at->second);
}

void reference(const OpCall& call, std::span<const Array>, std::span<const Array> out) {
    visit(out[0].dtype(), [&]<class T>(T) {
        const Dim* size = size_value(call);
        const T value =
            size ? static_cast<T>(size->constant()) : static_cast<T>(call.attrs.get_float("value"));
        std::fill_n(out[0].data<T>(), out[0].count(), value);
    });
}

Halide::Expr lower(const LowerCall& call) {
    const DType dtype = call.out_types[0].dtype;
    const Dim* size = size_value(call.call);
    if (!size) return constant(dtype, call.call.attrs.get_float("value"));
    if (!size->is_constant()) return Halide::cast(halide_type(dtype), call.size(*size));
    if (dtype == DType::i64) return Halide::Expr(size->constant());
    return constant(dtype, static_cast<double>(size->constant()));
}

}  // namespace

const Op full_op = {
    .name = "full",
    .trait = Trait::elementwise,
    .infer = infer,
    .reference = reference,
    .lower = lower,
};

Tensor full(const ShapeArg& shape, const Scalar& value, const TensorOptions& options) {
    DType dtype = DType::f32;
    if (value.kind() == Scalar::Kind::integer) dtype = DType::i64;
    if (value.kind() == Scalar::Kind::boolean) dtype = DType::boolean;
    dtype = options.dtype_or(dtype);
    if (!is_computed(dtype)) {
        const DType computed = is_floating(dtype) ? DType::f32 : DType::i64;
        return with_options(full(shape, value, computed).to(dtype), options);
    }
    const Attr number = value.is_floating() ? Attr(value.to_double()) : Attr(value.to_dim());
    const Tensor made =
        apply(full_op, Tensors{}, {{"value", number}, {"shape", shape.shape()}, {"dtype", dtype}});
    return with_options(made, options);
}

}  // namespace lithe
