#pragma once

#include "compiler/ir/graph.h"
#include "compiler/lower/target.h"

namespace lithe::lower {

/// Parts of a product's sum that a tile adds up side by side, each from its own part of the panel:
/// more than one where a tile does nothing but read weights from far. What a core asks for ahead by
/// itself it asks for in each of them, and so takes more of the memory's bandwidth.
int streams_of(const ir::Node& anchor, const Target& target);

}  // namespace lithe::lower
