// The functions over tensors. Each node's function stands in dsl/ops/<name>.cpp, those composed of
// nodes in dsl/functions/.
#pragma once

#include "dsl/tensor.h"

namespace lithe {

// --- creation ----------------------------------------------------------------------------------
/// `value` everywhere; the dtype follows the number where none is given.
Tensor full(const Shape& shape, const Scalar& value, const TensorOptions& options = {});
Tensor zeros(const Shape& shape, const TensorOptions& options = {});
Tensor ones(const Shape& shape, const TensorOptions& options = {});
Tensor full_like(const Tensor& x, const Scalar& value, const TensorOptions& options = {});
Tensor zeros_like(const Tensor& x, const TensorOptions& options = {});
Tensor ones_like(const Tensor& x, const TensorOptions& options = {});
/// The tensor with the flags of the options: the end of every creation.
Tensor with_options(const Tensor& made, const TensorOptions& options);

// --- dtypes ------------------------------------------------------------------------------------
Tensor cast(const Tensor& x, DType dtype);
/// The dtype in which two operands meet, as PyTorch promotes.
DType result_type(const Tensor& a, const Tensor& b);
/// Both operands in their common dtype.
std::pair<Tensor, Tensor> promoted(const Tensor& a, const Tensor& b);
/// The tensor itself where it is floating-point, else as f32.
Tensor as_floating(const Tensor& x);
/// A number as the 0-d operand that it is beside `x`: of x's dtype, unless it is of a higher kind.
Tensor scalar_for(const Tensor& x, const Scalar& value);

// --- arithmetic --------------------------------------------------------------------------------
Tensor add(const Tensor& a, const Tensor& b);
Tensor sub(const Tensor& a, const Tensor& b);
Tensor mul(const Tensor& a, const Tensor& b);
Tensor div(const Tensor& a, const Tensor& b);
Tensor neg(const Tensor& x);

// --- comparison and logic ----------------------------------------------------------------------
Tensor eq(const Tensor& a, const Tensor& b);
Tensor ne(const Tensor& a, const Tensor& b);
Tensor lt(const Tensor& a, const Tensor& b);
Tensor le(const Tensor& a, const Tensor& b);
Tensor gt(const Tensor& a, const Tensor& b);
Tensor ge(const Tensor& a, const Tensor& b);
Tensor logical_not(const Tensor& x);

// --- activation --------------------------------------------------------------------------------
Tensor relu(const Tensor& x);

// --- reduction ---------------------------------------------------------------------------------
Tensor sum(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
/// Sums what broadcasting repeated: the inverse of expanding `shape` to x's.
Tensor sum_to(const Tensor& x, const Shape& shape);

// --- shape -------------------------------------------------------------------------------------
Tensor clone(const Tensor& x);
Tensor permute(const Tensor& x, const Sizes& perm);
/// One size may be -1. Shares memory where strides allow it.
Tensor reshape(const Tensor& x, const Shape& shape);
/// -1 keeps a size.
Tensor expand(const Tensor& x, const Shape& shape);

}  // namespace lithe

#include "dsl/operators.h"
