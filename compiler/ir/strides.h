#pragma once

#include <optional>

#include "dsl/dim.h"

namespace lithe::ir {

/// Of a tensor that fills its memory, in elements.
Shape dense_strides(const Shape& shape);

/// Strides of `to` over the elements of `from`: runs of axes that hold the same elements are
/// matched from the end, and every run of `from` has to lie evenly in memory; nothing where one
/// does not.
std::optional<Shape> reshaped_strides(const Shape& from, const Shape& strides, const Shape& to);

}  // namespace lithe::ir
