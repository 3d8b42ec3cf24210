#pragma once

#include <optional>

#include "compiler/ir/graph.h"

namespace lithe::lower {

/// A value of a body as a view of a dense operand, in elements: element i is at
/// offset + sum of i[axis] * strides[axis] of operand `input`.
struct Strided {
    int input = 0;
    Dim offset = 0;
    Shape strides;
};

/// Follows permutes, reshapes and slices to the operand; nothing where other nodes are between, or
/// a reshape that no strides express.
std::optional<Strided> strided_view(ir::Value value);

}  // namespace lithe::lower
