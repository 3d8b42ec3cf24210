#pragma once

#include "compiler/ir/graph.h"

namespace lithe::ir {

/// Whether the node slides a window of a few taps over each plane of pixels on its own, all of
/// known size: a pool, or a convolution of one filter for each channel or more.
bool is_plane_window(const Node& node);

}  // namespace lithe::ir
