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
/// The same of an op that works along one axis, {axis}.
TensorTypes infer_float_axis(const OpCall& call);
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

/// Calls `row(first result index, count, first indices, steps)` for rows of the result that are as
/// long as the strides allow: axes along which every operand runs on are one.
template <size_t Count, class F>
void for_each_row(std::array<Sizes, Count> strides, Sizes sizes, F row) {
    size_t rank = 0;  // of what is left: axes of size 1 go, axes that continue each other join
    for (size_t axis = 0; axis < sizes.size(); ++axis) {
        if (sizes[axis] == 0) return;
        if (sizes[axis] == 1) continue;
        bool joins = rank > 0;
        for (size_t k = 0; joins && k < Count; ++k)
            joins = strides[k][rank - 1] == strides[k][axis] * sizes[axis];
        const size_t to = joins ? rank - 1 : rank++;
        sizes[to] = joins ? sizes[to] * sizes[axis] : sizes[axis];
        for (size_t k = 0; k < Count; ++k) strides[k][to] = strides[k][axis];
    }
    std::array<int64_t, Count> at{}, steps{};
    if (rank == 0) return row(int64_t{0}, int64_t{1}, at, steps);
    const size_t last = rank - 1;
    int64_t rows = 1;
    for (size_t axis = 0; axis < last; ++axis) rows *= sizes[axis];
    for (size_t k = 0; k < Count; ++k) steps[k] = strides[k][last];
    Sizes index(rank, 0);
    for (int64_t i = 0; i < rows; ++i) {
        row(i * sizes[last], sizes[last], at, steps);
        for (size_t axis = last; axis-- > 0;) {
            for (size_t k = 0; k < Count; ++k) at[k] += strides[k][axis];
            if (++index[axis] < sizes[axis]) break;
            for (size_t k = 0; k < Count; ++k) at[k] -= strides[k][axis] * sizes[axis];
            index[axis] = 0;
        }
    }
}

/// Calls `body(result index, index in each operand...)` in row-major order of the result.
template <size_t Count, class F>
void for_each_index(const std::array<Sizes, Count>& strides, const Sizes& sizes, F body) {
    for_each_row<Count>(strides, sizes, [&](int64_t first, int64_t count, auto at, auto steps) {
        for (int64_t i = 0; i < count; ++i) {
            std::apply([&](auto... offsets) { body(first + i, offsets...); }, at);
            for (size_t k = 0; k < Count; ++k) at[k] += steps[k];
        }
    });
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
    const auto row = [&](int64_t first, int64_t count, auto at, auto steps) {
        const T *from_a = a + at[0], *from_b = b + at[1];
        R* to = y + first;
        if (steps[0] == 1 && steps[1] == 1) {
            for (int64_t i = 0; i < count; ++i) to[i] = static_cast<R>(f(from_a[i], from_b[i]));
        } else if (steps[0] == 1 && steps[1] == 0) {
            const T one = *from_b;
            for (int64_t i = 0; i < count; ++i) to[i] = static_cast<R>(f(from_a[i], one));
        } else if (steps[0] == 0 && steps[1] == 1) {
            const T one = *from_a;
            for (int64_t i = 0; i < count; ++i) to[i] = static_cast<R>(f(one, from_b[i]));
        } else {
            for (int64_t i = 0; i < count; ++i)
                to[i] = static_cast<R>(f(from_a[i * steps[0]], from_b[i * steps[1]]));
        }
    };
    if (in[0].sizes() == in[1].sizes()) {
        const std::array<int64_t, 2> none{0, 0}, both{1, 1};
        return row(0, out[0].count(), none, both);
    }
    for_each_row<2>({broadcast_strides(in[0], out[0]), broadcast_strides(in[1], out[0])},
                    out[0].sizes(), row);
}

}  // namespace lithe::elementwise
