#pragma once

#include <optional>
#include <vector>

#include "compiler/ir/graph.h"
#include "compiler/passes/tile.h"

namespace lithe::passes {

/// Channels that a convolution's kernel may as well read with a plane between them.
inline constexpr int64_t few_channels = 8;

inline bool is_constant(const Dim& size) { return size.is_constant() && size.constant() > 0; }

/// The order of axes that puts channels behind the pixels of an image, or back.
Shape moved_channels(int rank, bool to_back);

/// x[n, pixels..., c] with zeros around its pixels.
ir::Value padded(ir::Graph& graph, ir::Value x, const Shape& begin, const Shape& end);

/// x[n, c, pixels...] with zeros around its pixels and channels last. A few channels stay where
/// they are, and the kernel that reads them moves them: what is copied so lies in runs.
ir::Value channels_last(ir::Graph& graph, ir::Value x, const Shape& begin, const Shape& end);

/// The result y[n, c, pixels...] of a convolution with its channels last: what it was made of where
/// they were moved back, which not all ways to compute one do.
ir::Value with_channels_last(ir::Graph& graph, const ir::Value& y);

/// A convolution as packed_conv: of an image that is padded, channels last, plain filters, and
/// perhaps a bias; by tiles of `rows`, in panels of `width` filters.
ir::Value packed_conv(ir::Graph& graph, std::vector<ir::Value> operands, int64_t rows,
                      int64_t width, Attrs attrs);

/// The rows of the padded image outside of which are zeros, if leaving out the taps that meet
/// these saves some.
std::optional<Shape> image_rows(const ir::Node& conv);

/// Pixels that tiles are cut of: of a line, or of the image where lines are short for tiles and
/// each pixel needs itself alone, see collapse_pixels.
Dim tiled_row(const ir::Node& conv, const Machine& machine);

/// A convolution along one axis, also a transposed one, as one of an image that is one pixel high,
/// and its result back: where channels are last, nothing moves in memory.
ir::Value with_height(ir::Graph& graph, const ir::Node& node);
ir::Value without_height(ir::Graph& graph, ir::Value y);

/// `value` with zeros behind each of `groups` equal parts of its first axis, which are `width` long
/// then.
ir::Value padded_groups(ir::Graph& graph, ir::Value value, int64_t groups, int64_t width);
/// The first `filters` of each of `groups` equal parts of the last axis.
ir::Value first_of_groups(ir::Graph& graph, ir::Value value, int64_t groups, int64_t filters);

/// The tiles for groups of `filters`, whose panels lie within a group: of whole vectors, or else of
/// one that is narrower.
std::vector<Tile> group_tiles(const Dim& row, int64_t filters, const Machine& machine,
                              const TileLimits& limits);

/// Whether a convolution takes so few neighbours out of so many planes for a tile that the nearest
/// cache does not hold the lines that they lie in, and does so for many panels: it reads the order
/// of channels last instead, which a kernel of its own makes.
bool skims_planes(const ir::Node& layout, const ir::Node& conv);

}  // namespace lithe::passes
