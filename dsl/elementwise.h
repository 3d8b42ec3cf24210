#pragma once

// Shared pieces of the elementwise ops: their shape rules and the loops of their references.

#include <span>
#include <vector>

#include "dsl/op.h"

namespace lithe::elementwise {

/// One operand; the result has its type.
TensorTypes infer_unary(const OpCall& call);
/// One floating operand. Errors: <op>.dtype.
TensorTypes infer_float_unary(const OpCall& call);
/// Operands of one dtype broadcast to the result's shape. Errors: broadcast.shapes, <op>.dtype.
TensorTypes infer_broadcast(const OpCall& call);
/// The same with a bool result.
TensorTypes infer_compare(const OpCall& call);

/// Strides with which `in` is read along the axes of `out` (0 where it broadcasts).
Sizes broadcast_strides(const Array& in, const Array& out);

template <class T, class R = T, class F>
void map_unary(std::span<const Array> in, std::span<const Array> out, F f) {
    const T* x = in[0].data<T>();
    R* y = out[0].data<R>();
    const int64_t count = out[0].count();
    for (int64_t i = 0; i < count; ++i) y[i] = static_cast<R>(f(x[i]));
}

/// Calls `body(result index, operand 0 index, operand 1 index)` in row-major order.
template <class F>
void for_each_pair(const Array& a, const Array& b, const Array& out, F body) {
    const Sizes sa = broadcast_strides(a, out), sb = broadcast_strides(b, out);
    const Sizes& sizes = out.sizes();
    const auto rank = static_cast<int>(sizes.size());
    const int64_t count = out.count();
    Sizes index(sizes.size(), 0);
    int64_t at_a = 0, at_b = 0;
    for (int64_t i = 0; i < count; ++i) {
        body(i, at_a, at_b);
        for (int axis = rank - 1; axis >= 0; --axis) {
            const auto k = static_cast<size_t>(axis);
            at_a += sa[k];
            at_b += sb[k];
            if (++index[k] < sizes[k]) break;
            at_a -= sa[k] * sizes[k];
            at_b -= sb[k] * sizes[k];
            index[k] = 0;
        }
    }
}

template <class T, class R = T, class F>
void map_binary(std::span<const Array> in, std::span<const Array> out, F f) {
    const T* a = in[0].data<T>();
    const T* b = in[1].data<T>();
    R* y = out[0].data<R>();
    if (in[0].sizes() == in[1].sizes()) {
        const int64_t count = out[0].count();
        for (int64_t i = 0; i < count; ++i) y[i] = static_cast<R>(f(a[i], b[i]));
        return;
    }
    for_each_pair(in[0], in[1], out[0], [&](int64_t i, int64_t ia, int64_t ib) {
        y[i] = static_cast<R>(f(a[ia], b[ib]));
    });
}

}  // namespace lithe::elementwise
