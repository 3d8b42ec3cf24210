#pragma once

#include <Halide.h>

namespace lithe::lower {

/// `if_then_else(c, a, b)` of vectors computes a only where c holds for one of the lanes: what is
/// asked for numbers that hardly occur costs one test.
void branch_on_rare_values(Halide::Pipeline& pipeline);

}  // namespace lithe::lower
