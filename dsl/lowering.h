#pragma once

#include <Halide.h>

#include <functional>
#include <vector>

#include "dsl/op.h"

namespace lithe {

/// Coordinates of one element, outermost axis first, as in the shape.
using Coords = std::vector<Halide::Expr>;

/// What an op's `lower` sees: one element of one result is asked for.
///
/// `lower` returns the Expr of that element, built from elements of the operands. Reductions use
/// `reduce`. The caller owns loops, layout and schedule, and evaluates everything but plain
/// multiply-add sums under strict_float, so NaN and infinities behave as written.
struct LowerCall {
    const OpCall& call;
    int output = 0;                     ///< which result
    Coords at;                          ///< the coordinate asked for
    std::vector<TensorType> out_types;  ///< types of the results

    /// Element `coords` of operand `i`.
    std::function<Halide::Expr(int i, const Coords& coords)> in;
    /// A size as an int32 Expr; symbolic sizes are scalar arguments of the kernel.
    std::function<Halide::Expr(const Dim&)> size;

    /// Element of operand `i` at the broadcast coordinate: axes of size 1 read index 0.
    /// For elementwise ops this is all they need: `in(0)`.
    Halide::Expr in_broadcast(int i) const;
    Halide::Expr operator()(int i) const { return in_broadcast(i); }
};

Halide::Type halide_type(DType dtype);
/// `value` as a constant of the dtype.
Halide::Expr constant(DType dtype, double value);

/// `sum / max / min / product over index in 0..extent-1 of body(index)`, as an inline reduction
/// that a schedule family may replace by its own.
Halide::Expr reduce_sum(const Halide::Expr& extent, const std::function<Halide::Expr(Halide::Expr)>& body);
Halide::Expr reduce_max(const Halide::Expr& extent, const std::function<Halide::Expr(Halide::Expr)>& body);
Halide::Expr reduce_min(const Halide::Expr& extent, const std::function<Halide::Expr(Halide::Expr)>& body);

Halide::Expr reduce_product(const Halide::Expr& extent, const std::function<Halide::Expr(Halide::Expr)>& body);
/// The same, with NaN for the result where an element is.
Halide::Expr reduce_max_nan(const Halide::Expr& extent, const std::function<Halide::Expr(Halide::Expr)>& body);
Halide::Expr reduce_min_nan(const Halide::Expr& extent, const std::function<Halide::Expr(Halide::Expr)>& body);

/// max and min that pass NaN on, as in PyTorch.
Halide::Expr max_nan(const Halide::Expr& a, const Halide::Expr& b);
Halide::Expr min_nan(const Halide::Expr& a, const Halide::Expr& b);

}  // namespace lithe
