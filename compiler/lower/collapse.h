#pragma once

#include <memory>

#include "compiler/ir/graph.h"

namespace lithe::lower {

/// A body of elementwise nodes over as few axes as possible: neighbouring axes that no operand
/// broadcasts apart become one, so that `[N, 8, 7, 7]` is a plain run of numbers. Null where the
/// body has other nodes or nothing to merge.
std::unique_ptr<ir::Graph> collapse_axes(const ir::Graph& body);

}  // namespace lithe::lower
