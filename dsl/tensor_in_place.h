#pragma once

#include "dsl/tensor.h"

namespace lithe::detail {

/// Makes `result` what `target` holds. Refuses what would lose the kind of number or change the
/// shape, as PyTorch does. Errors: tensor.in_place_dtype, tensor.in_place_shape.
const Tensor& written(const Tensor& target, const Tensor& result, const char* method);

}  // namespace lithe::detail
