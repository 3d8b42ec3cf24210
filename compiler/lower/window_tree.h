#pragma once

#include "dsl/lowering.h"

namespace lithe::lower {

/// Longest window that is written out.
inline constexpr int64_t most_window_taps = 25;

/// Of extents that are numbers; 0 where one is not.
int64_t known_product(const Coords& extents);

/// The elements of a reduction over `extents`, which are numbers, the last one fastest.
std::vector<Halide::Expr> window_elements(const Coords& extents, const ReduceBody& value);

/// A reduction over `extents`, which are numbers: all elements at once, two and two, so that no
/// step waits for the one before.
Halide::Expr window_tree(Reduce kind, const Coords& extents, const ReduceBody& value);

}  // namespace lithe::lower
