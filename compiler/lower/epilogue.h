#pragma once

#include "compiler/lower/body.h"

namespace lithe::lower {

/// Whether what stands behind the anchor, up to `end` where there is one, is so short that it may
/// be written out for every register of a tile; else it goes over the tile in a loop, through
/// memory. All Funcs have to be defined.
bool has_light_epilogue(Body& body, const ir::Node& anchor, const ir::Node* end = nullptr);

}  // namespace lithe::lower
