#pragma once

// Shared pieces of the ops that reduce axes: attrs `axes` (sorted, not negative) and `keepdim`.

#include <functional>

#include "dsl/tensor.h"

namespace Halide {
class Expr;
}

namespace lithe::reduction {

/// The attributes; no axes means all. Errors: <op>.axis.
Attrs attrs(std::string_view op, const Tensor& x, const Sizes& axes, bool keepdim);
TensorTypes infer(const OpCall& call);
/// Calls `body(index in in, index in out)` for every element of `in` in row-major order.
void for_each(const OpCall& call, const Array& in, const Array& out,
              const std::function<void(int64_t, int64_t)>& body);
/// A result-shaped tensor, expanded to the operand's shape: the gradient of a sum.
Tensor spread(const OpCall& call, const Tensor& dy);

using Reduce = Halide::Expr (*)(const Halide::Expr& extent,
                                const std::function<Halide::Expr(Halide::Expr)>& body);
/// Nests `reduce` over the axes.
Halide::Expr lower(const LowerCall& call, Reduce reduce);

}  // namespace lithe::reduction
