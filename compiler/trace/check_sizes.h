#pragma once

#include "compiler/ir/program.h"

namespace lithe::tracing {

/// That the shape rules which compare sizes say at other sizes of the ranges what they said at the
/// samples: a product whose factors agree at T=5 and not at T=3 is refused, not compiled.
/// Tries the ends of the ranges and some sizes in between.  Errors: trace.not_general.
void check_sizes(ir::Program& program);

}  // namespace lithe::tracing
