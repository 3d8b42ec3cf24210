#pragma once

#include "dsl/tensor.h"

namespace lithe {

// --- arithmetic --------------------------------------------------------------------------------
Tensor add(const Tensor& a, const Tensor& b);
Tensor mul(const Tensor& a, const Tensor& b);

// --- activation --------------------------------------------------------------------------------
Tensor relu(const Tensor& x);

// --- reduction ---------------------------------------------------------------------------------
Tensor sum(const Tensor& x, const Sizes& axes = {}, bool keepdim = false);

// --- shape -------------------------------------------------------------------------------------
Tensor permute(const Tensor& x, const Sizes& perm);

/// Both operands in their common dtype, as PyTorch promotes.
std::pair<Tensor, Tensor> promoted(const Tensor& a, const Tensor& b);

}  // namespace lithe
