#include "dsl/ops.h"

namespace lithe {

Tensor Tensor::to(DType dtype) const { return cast(*this, dtype); }
Tensor Tensor::clone() const { return lithe::clone(*this); }
Tensor Tensor::sum(const Axes& axes, bool keepdim) const { return lithe::sum(*this, axes, keepdim); }

const Tensor& Tensor::add_(const Tensor& other) const { return copy_(*this + other); }
const Tensor& Tensor::sub_(const Tensor& other) const { return copy_(*this - other); }
const Tensor& Tensor::mul_(const Tensor& other) const { return copy_(*this * other); }
const Tensor& Tensor::div_(const Tensor& other) const { return copy_(*this / other); }

}  // namespace lithe
