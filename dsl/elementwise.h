#pragma once

// Shared pieces of the elementwise ops: their shape rules and the loops of their references.

#include <array>
#include <span>
#include <tuple>
#include <vector>

#include "dsl/op.h"

namespace lithe::elementwise {

/// One operand; the result has its type.
TensorTypes infer_unary(const OpCall& call);
/// One floating operand. Errors: <op>.dtype.
TensorTypes infer_float_unary(const OpCall& call);
/// Operands of one dtype broadcast to the result's shape. Errors: broadcast.shapes, <op>.dtype.
TensorTypes infer_broadcast(const OpCall& call);
/// The same for anything but bool.
TensorTypes infer_number_broadcast(const OpCall& call);
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

/// Calls `body(result index, index in each operand...)` in row-major order of the result.
template <size_t Count, class F>
void for_each_index(const std::array<Sizes, Count>& strides, const Sizes& sizes, F body) {
    int64_t count = 1;
    for (const int64_t size : sizes) count *= size;
    Sizes index(sizes.size(), 0);
    std::array<int64_t, Count> at{};
    for (int64_t i = 0; i < count; ++i) {
        std::apply([&](auto... offsets) { body(i, offsets...); }, at);
        for (size_t axis = sizes.size(); axis-- > 0;) {
            for (size_t k = 0; k < Count; ++k) at[k] += strides[k][axis];
            if (++index[axis] < sizes[axis]) break;
            for (size_t k = 0; k < Count; ++k) at[k] -= strides[k][axis] * sizes[axis];
            index[axis] = 0;
        }
    }
}

template <class F>
void for_each_triple(const Array& a, const Array& b, const Array& c, const Array& out, F body) {
    for_each_index<3>(
        {broadcast_strides(a, out), broadcast_strides(b, out), broadcast_strides(c, out)},
        out.sizes(), body);
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
    if (in[1].count() == 1 && in[0].count() == out[0].count()) {
        const int64_t count = out[0].count();
        for (int64_t i = 0; i < count; ++i) y[i] = static_cast<R>(f(a[i], *b));
        return;
    }
    for_each_index<2>(
        {broadcast_strides(in[0], out[0]), broadcast_strides(in[1], out[0])}, out[0].sizes(),
        [&](int64_t i, int64_t ia, int64_t ib) { y[i] = static_cast<R>(f(a[ia], b[ib])); });
}

}  // namespace lithe::elementwise
