#pragma once

// Shared pieces of the ops that work along one axis.

#include <optional>
#include <string>
#include <string_view>

#include "dsl/array.h"
#include "dsl/op.h"

namespace lithe {

/// A dense array seen as [outer, size, inner] around one of its axes.
struct AxisSplit {
    int64_t outer = 1, size = 1, inner = 1;

    AxisSplit(const Array& array, int64_t axis) {
        for (int i = 0; i < array.rank(); ++i) {
            (i < axis ? outer : i == axis ? size : inner) *= array.size(i);
        }
    }
    /// Calls `body(offset of the first element)` for every line along the axis; its elements are
    /// `inner` apart.
    template <class Body>
    void for_each_line(Body&& body) const {
        for (int64_t o = 0; o < outer; ++o) {
            for (int64_t i = 0; i < inner; ++i) body(o * size * inner + i);
        }
    }
};

/// The attribute `axis`, checked: an op made by a program may carry any number.
inline int checked_axis(const OpCall& call) {
    const int64_t axis = call.attrs.get_int("axis");
    if (axis < 0 || axis >= call.input(0).rank()) {
        throw UserError(std::string(call.op->name) + ".axis",
                        std::string(call.op->name) + ": axis " + std::to_string(axis) +
                            " is out of range for " + call.input(0).str());
    }
    return static_cast<int>(axis);
}

/// The attributes of slice and slice_scatter: bounds as in Python, for any step above 0.
/// Errors: slice.axis, slice.step.
Attrs slice_attrs(const TensorType& x, int64_t axis, const std::optional<Dim>& begin,
                  const std::optional<Dim>& end, int64_t step);

/// Whether order among floats places `a` before `b` when NaN counts as the largest number.
template <class T>
bool less_or_nan(T a, T b) {
    return a < b || (b != b && a == a);
}

}  // namespace lithe
