#pragma once

#include <iosfwd>
#include <string>

#include "dsl/tensor.h"

namespace lithe {

/// `tensor([[1., 2.], [3., 4.]])`: as Python's PyTorch prints, long ones shortened.
std::string str(const Tensor& x);
std::ostream& operator<<(std::ostream& stream, const Tensor& x);
/// `2*N`, or the number.
std::ostream& operator<<(std::ostream& stream, const Dim& size);
/// `[2, 3]`.
std::ostream& operator<<(std::ostream& stream, const Shape& shape);
/// `2.5`; of an item in a trace, what str() of the tensor says.
std::ostream& operator<<(std::ostream& stream, const Scalar& number);
std::ostream& operator<<(std::ostream& stream, const Item& item);
/// `TensorOptions(dtype=f32 (default), device=cpu, layout=Strided, requires_grad=false)`.
std::ostream& operator<<(std::ostream& stream, const TensorOptions& options);
/// `f32`.
std::ostream& operator<<(std::ostream& stream, DType dtype);

}  // namespace lithe
