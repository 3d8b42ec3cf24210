#pragma once

#include <memory>

#include "compiler/ir/graph.h"

namespace lithe::lower {

/// A body of elementwise nodes over as few axes as possible: neighbouring axes that no operand
/// broadcasts apart become one, so that `[N, 8, 7, 7]` is a plain run of numbers. Null where the
/// body has other nodes or nothing to merge.
std::unique_ptr<ir::Graph> collapse_axes(const ir::Graph& body);

/// A packed_linear of rows [.., K] with elementwise nodes behind it over one axis of rows: [N, T,
/// K] becomes [N*T, K]. Null where the body is another, or where an operand tells the rows' axes
/// apart.
std::unique_ptr<ir::Graph> collapse_rows(const ir::Graph& body);

/// A convolution that makes a pixel of one pixel, with elementwise nodes behind it, over one line
/// of pixels: [N, H, W, C] becomes [N, 1, H*W, C], so that tiles of pixels need not end with a
/// line. Null where the body is another, or where an operand tells lines apart.
std::unique_ptr<ir::Graph> collapse_pixels(const ir::Graph& body);

/// Whether a node moves the channels of filters [K, C, taps...] behind the taps.
bool moves_channels_last(const ir::Node& node);

/// Filters [K, C, taps...] that are packed, or whose channels are moved behind the taps before,
/// with elementwise nodes in front: their taps become one axis, [512, 256, 3, 3] is [512, 256, 9].
/// Null where the body is another, or where an operand tells taps apart.
std::unique_ptr<ir::Graph> collapse_taps(const ir::Graph& body);

/// A permute alone, axes that stay neighbours made one: [N, C, H, W] -> [N, H, W, C] moves
/// [N, C, H*W]. Null where the body is another or nothing merges.
std::unique_ptr<ir::Graph> collapse_permute(const ir::Graph& body);

}  // namespace lithe::lower
