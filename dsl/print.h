#pragma once

#include <iosfwd>
#include <string>

#include "dsl/tensor.h"

namespace lithe {

/// `tensor([[1., 2.], [3., 4.]])`: as Python's PyTorch prints, long ones shortened.
std::string str(const Tensor& x);
std::ostream& operator<<(std::ostream& stream, const Tensor& x);
/// `[2, 3]`.
std::ostream& operator<<(std::ostream& stream, const Shape& shape);
/// `f32`.
std::ostream& operator<<(std::ostream& stream, DType dtype);

}  // namespace lithe
