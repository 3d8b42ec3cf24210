#pragma once

// Shared pieces of the ops that take an i64 index along one axis: gather, scatter, ...

#include <string>
#include <string_view>

#include "dsl/array.h"
#include "dsl/axis.h"
#include "dsl/elementwise.h"
#include "dsl/lowering.h"

namespace lithe::indexing {

/// Operand 1 is an i64 index of operand 0's rank, not longer than it except along `axis`.
inline void check_index(const OpCall& call) {
    const int axis = checked_axis(call);
    const TensorType &x = call.input(0), &index = call.input(1);
    bool fits = index.dtype == DType::i64 && index.rank() == x.rank();
    for (int i = 0; fits && i < x.rank(); ++i) {
        const Dim &have = x.size(i), &want = index.size(i);
        fits = i == axis || same(have, want) || want <= have;
    }
    if (fits) return;
    throw UserError(std::string(call.op->name) + ".index",
                    std::string(call.op->name) + ": the index must be i64, of the same rank, and " +
                        "no longer except along axis " + std::to_string(axis) + ": got " +
                        index.str() + " into " + x.str());
}

inline int64_t checked(std::string_view op, int64_t index, int64_t size) {
    if (index >= 0 && index < size) return index;
    throw UserError(std::string(op) + ".range",
                    std::string(op) + ": index " + std::to_string(index) +
                        " is out of range for size " + std::to_string(size));
}

/// Calls `body(i, line)`: place i of the index, and the offset in x of element 0 of its line.
template <class Body>
void for_each_entry(const Array& x, const Array& index, size_t axis, Body&& body) {
    Sizes strides = x.strides();
    strides[axis] = 0;
    elementwise::for_each_index<1>({strides}, index.sizes(), body);
}

/// scatter: the result is x where no index points, else what `join(place, source)` makes of it, in
/// the order of the index. Operands: x, index, source. Errors: the index out of range.
template <class Join>
void join_sources(std::string_view op, std::span<const Array> in, const Array& out, size_t axis,
                  Join&& join) {
    const int64_t* index = in[1].data<int64_t>();
    out.copy_from(in[0]);
    visit(in[0].dtype(), [&]<class T>(T) {
        const T* source = in[2].data<T>();
        T* y = out.data<T>();
        for_each_entry(in[0], in[1], axis, [&](int64_t i, int64_t line) {
            T& place = y[line + checked(op, index[i], out.sizes()[axis]) * out.strides()[axis]];
            place = join(place, source[i]);
        });
    });
}

/// An index read from memory as a coordinate that stays inside whatever it holds.
inline Halide::Expr lower_index(const LowerCall& call, const Halide::Expr& index, const Dim& size) {
    const Halide::Expr last = max(call.size(size) - 1, 0);
    return Halide::clamp(Halide::cast<int>(index), 0, last);
}

/// Whether the element lies on a line that the index covers.
inline Halide::Expr lower_inside(const LowerCall& call, size_t axis) {
    const Shape &x = call.call.input(0).shape, &index = call.call.input(1).shape;
    Halide::Expr inside = Halide::cast<bool>(1);
    for (size_t i = 0; i < x.size(); ++i) {
        if (i != axis && !same(x[i], index[i])) inside = inside && call.at[i] < call.size(index[i]);
    }
    return inside;
}

/// Place `i` along the axis on the element's line, kept inside the index.
inline Coords lower_coords(const LowerCall& call, size_t axis, const Halide::Expr& i) {
    const Shape &x = call.call.input(0).shape, &index = call.call.input(1).shape;
    Coords coords = call.at;
    for (size_t k = 0; k < x.size(); ++k) {
        if (k == axis) {
            coords[k] = i;
        } else if (!same(x[k], index[k])) {
            coords[k] = Halide::clamp(coords[k], 0, max(call.size(index[k]) - 1, 0));
        }
    }
    return coords;
}

}  // namespace lithe::indexing
