#pragma once

#include "dsl/lowering.h"

namespace lithe {

/// The loops over a reduction, the last extent innermost.
Halide::RDom reduce_loops(const Coords& extents);
/// Their variables, in the order of the extents.
Coords reduce_index(const Halide::RDom& loops);

}  // namespace lithe
