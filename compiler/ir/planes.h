#pragma once

#include "compiler/ir/graph.h"

namespace lithe::ir {

/// Whether the node takes the largest or the mean of each window that slides over its operand.
bool is_pool(const Node& node);

/// Whether lines of an image are so short that tiles of pixels, which end with a line, leave much
/// of registers idle; longer ones lose little, and the caches hold what several panels read and
/// write of them.
bool has_short_lines(const Dim& width);
/// Likewise for tiles of `tile_rows` pixels: few of them leave much of a longer line as well.
bool has_short_lines(const Dim& width, int64_t tile_rows);
/// Whether lines are short for some tiles.
bool can_be_short(const Dim& width);

/// Whether the node slides a window of a few taps over each plane of pixels on its own, all of
/// known size: a pool, or a convolution of one filter for each channel or more.
bool is_plane_window(const Node& node);

}  // namespace lithe::ir
