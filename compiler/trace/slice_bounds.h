#pragma once

#include "compiler/ir/program.h"

namespace lithe::tracing {

/// Narrows the ranges of named sizes to those for which every slice lies within what it cuts, and
/// warns of it: `x.slice(0, 0, 5)` of N rows needs N >= 5. Eager mode would give fewer rows; a
/// graph whose shapes are known cannot, and refuses such an input when it is called.
/// Errors: slice.symbolic_range, where nothing is left.
void narrow_ranges(ir::Program& program);

}  // namespace lithe::tracing
