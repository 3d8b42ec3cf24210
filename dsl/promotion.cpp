// How operands of different dtypes meet, as in PyTorch.
#include "dsl/ops.h"

namespace lithe {
namespace {

/// 0 bool, 1 integer, 2 floating-point.
int category(DType dtype) { return dtype == DType::boolean ? 0 : is_floating(dtype) ? 2 : 1; }

}  // namespace

DType result_type(const Tensor& a, const Tensor& b) {
    const TensorType x = a.type(), y = b.type();
    if (x.dtype == y.dtype) return x.dtype;
    // A 0-d operand changes the dtype only by being of a higher category.
    if (x.rank() == 0 && y.rank() > 0 && category(x.dtype) <= category(y.dtype)) return y.dtype;
    if (y.rank() == 0 && x.rank() > 0 && category(y.dtype) <= category(x.dtype)) return x.dtype;
    return promote(x.dtype, y.dtype);
}

std::pair<Tensor, Tensor> promoted(const Tensor& a, const Tensor& b) {
    const DType dtype = result_type(a, b);
    return {a.to(dtype), b.to(dtype)};
}

Tensor as_floating(const Tensor& x) { return x.is_floating_point() ? x : x.to(DType::f32); }

Tensor scalar_for(const Tensor& x, const Scalar& value) {
    DType dtype = x.dtype();
    if (value.is_floating() && !is_floating(dtype)) dtype = DType::f32;
    if (value.kind() == Scalar::Kind::integer && dtype == DType::boolean) dtype = DType::i64;
    return full({}, value, dtype);
}

}  // namespace lithe
