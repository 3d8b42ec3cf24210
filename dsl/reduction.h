#pragma once

// Shared pieces of the ops that reduce axes: attrs `axes` (sorted, not negative) and `keepdim`.

#include <functional>
#include <limits>
#include <type_traits>

#include "dsl/tensor.h"

namespace Halide {
class Expr;
}

namespace lithe::reduction {

/// The attributes; no axes means all. Errors: <op>.axis.
Attrs attrs(std::string_view op, const Tensor& x, const Axes& axes, bool keepdim);
TensorTypes infer(const OpCall& call);
/// The same for reductions that have no value over nothing. Errors: <op>.empty.
TensorTypes infer_nonempty(const OpCall& call);

/// What every number of the type is at least, and at most.
template <class T>
constexpr T lowest() {
    if constexpr (std::is_floating_point_v<T>) return -std::numeric_limits<T>::infinity();
    return std::numeric_limits<T>::lowest();
}
template <class T>
constexpr T highest() {
    if constexpr (std::is_floating_point_v<T>) return std::numeric_limits<T>::infinity();
    return std::numeric_limits<T>::max();
}

/// How an index of the result moves along each axis of the operand: 0 along reduced ones.
Sizes result_strides(const OpCall& call, const Array& in);

/// Calls `row(first index in in, first index in out, count, step in out)` for every row of `in`;
/// the step is 0 where the last axis is reduced, else 1.
template <class Row>
void for_each_row(const OpCall& call, const Array& in, Row&& row) {
    const Sizes steps = result_strides(call, in);
    const Sizes& sizes = in.sizes();
    const int64_t count = in.count();
    if (sizes.empty()) return row(int64_t{0}, int64_t{0}, int64_t{1}, int64_t{0});
    const int64_t inner = sizes.back(), step = steps.back();
    Sizes index(sizes.size(), 0);
    int64_t at = 0;
    for (int64_t i = 0; i < count; i += inner) {
        row(i, at, inner, step);
        for (size_t axis = sizes.size() - 1; axis-- > 0;) {
            at += steps[axis];
            if (++index[axis] < sizes[axis]) break;
            at -= steps[axis] * sizes[axis];
            index[axis] = 0;
        }
    }
}

/// Calls `body(index in in, index in out)` for every element of `in` in row-major order.
template <class Body>
void for_each(const OpCall& call, const Array& in, Body&& body) {
    for_each_row(call, in, [&](int64_t i, int64_t at, int64_t count, int64_t step) {
        for (int64_t k = 0; k < count; ++k) body(i + k, at + k * step);
    });
}

/// A result-shaped tensor, expanded to the operand's shape: the gradient of a sum.
Tensor spread(const OpCall& call, const Tensor& dy);

using Reduce = Halide::Expr (*)(const Halide::Expr& extent,
                                const std::function<Halide::Expr(Halide::Expr)>& body);
/// One `reduce` over all the axes, innermost fastest.
Halide::Expr lower(const LowerCall& call, Reduce reduce);

}  // namespace lithe::reduction
