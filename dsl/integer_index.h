#pragma once

#include <string_view>

#include "dsl/tensor.h"

namespace lithe {

inline bool is_integer(DType dtype) { return !is_floating(dtype) && dtype != DType::boolean; }

/// The places that a tensor names, as i64. Errors: <op>.index where they are no integers.
Tensor integer_index(std::string_view op, const Tensor& index);

/// nonzero(mask). Errors: <op>.symbolic in a trace, as the sizes of what follows would depend on
/// data.
Tensor places_of(std::string_view op, const Tensor& mask);

}  // namespace lithe
