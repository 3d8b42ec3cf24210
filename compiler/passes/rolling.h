#pragma once

#include <string>
#include <vector>

#include "compiler/ir/graph.h"
#include "compiler/passes/pass.h"

namespace lithe::passes {

/// The value, channels last, that a depthwise convolution or a pooling reads line by line, through
/// a permute or not; none for other nodes.
ir::Value rolling_image(const ir::Node& reader);

/// Why a depthwise convolution or a pooling should not make the lines that it reads by `conv` and
/// the other nodes of `front` itself, as it needs them; empty where that is expected to be faster.
/// `image` is what they hand on.
std::string rolling_refusal(const std::vector<ir::Node*>& front, const ir::Node& conv,
                            const ir::Node& image, const ir::Node& reader, const Machine& machine);

/// Rows of the tiles that such lines are made by: they fit the lines of `conv`, where the tile that
/// it came with may count on pixels of several. More registers hold tiles whose last one in a line
/// matters less: those keep it.
int64_t rolling_rows(const ir::Node& conv, const Machine& machine);

}  // namespace lithe::passes
