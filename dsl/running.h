#pragma once

#include "dsl/tensor.h"

// What running functions (cumprod, cummax, logcumsumexp, ...) are composed of.
namespace lithe {

/// y[.., i, ..] = a[.., i, ..] * y[.., i - 1, ..] + b[.., i, ..] along the axis, y before the first
/// element 0. Both operands have one type. One step an element, compiled too.
/// Errors: linear_recurrence.operands.
Tensor linear_recurrence(const Tensor& a, const Tensor& b, int64_t axis);

/// The i64 index along the axis of the largest of the elements up to each one; the last of equal
/// ones, and the last NaN where there is one.
Tensor cummax_index(const Tensor& x, int64_t axis);

}  // namespace lithe
