// Tensors made of nothing but a shape and a number.
#include "dsl/ops.h"

namespace lithe {

Tensor with_options(const Tensor& made, const TensorOptions& options) {
    Tensor tensor = made;
    if (options.requires_grad_value) tensor.requires_grad_();
    return tensor;
}

Tensor zeros(const Shape& shape, const TensorOptions& options) {
    TensorOptions typed = options;
    typed.dtype_value = options.dtype_or(DType::f32);
    return full(shape, 0, typed);
}

Tensor ones(const Shape& shape, const TensorOptions& options) {
    TensorOptions typed = options;
    typed.dtype_value = options.dtype_or(DType::f32);
    return full(shape, 1, typed);
}

Tensor full_like(const Tensor& x, const Scalar& value, const TensorOptions& options) {
    TensorOptions typed = options;
    typed.dtype_value = options.dtype_or(x.dtype());
    return full(x.sizes(), value, typed);
}

Tensor zeros_like(const Tensor& x, const TensorOptions& options) {
    return full_like(x, 0, options);
}

Tensor ones_like(const Tensor& x, const TensorOptions& options) { return full_like(x, 1, options); }

}  // namespace lithe
