#pragma once

#include "compiler/lower/body.h"

namespace lithe::lower {

/// Whether what stands behind the anchor is so short that it may be written out for every register
/// of a tile; else it goes over the tile in a loop, through memory. All Funcs have to be defined.
bool has_light_epilogue(Body& body, const ir::Node& anchor);

}  // namespace lithe::lower
