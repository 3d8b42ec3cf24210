#pragma once

#include "dsl/op.h"

namespace lithe::ir {

/// {phases, phase_begin} of a node: result (i * s + a) along an axis of a transposed convolution of
/// stride s is of phase a, and windows of that phase begin (a + begin) / s pixels further on than
/// those of the first. One phase where they are left out.
inline int64_t phases_along(const Attrs& attrs, size_t axis) {
    return attrs.has("phases") ? attrs.get_shape("phases")[axis].constant() : 1;
}
inline int64_t phase_count(const Attrs& attrs) {
    return phases_along(attrs, 0) * phases_along(attrs, 1);
}

/// `Number`: int64_t or Halide::Expr.
template <class Number>
Number phase_shift(const Attrs& attrs, size_t axis, const Number& phase) {
    if (!attrs.has("phases")) return Number(0);
    const auto begin = static_cast<int>(attrs.get_shape("phase_begin")[axis].constant());
    return (phase + begin) / static_cast<int>(phases_along(attrs, axis));
}
/// Of the last phase: by how much the windows of all phases reach further than those of one.
inline int64_t last_phase_shift(const Attrs& attrs, size_t axis) {
    return phase_shift<int64_t>(attrs, axis, phases_along(attrs, axis) - 1);
}

}  // namespace lithe::ir
