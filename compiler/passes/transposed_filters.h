#pragma once

#include "compiler/ir/graph.h"

namespace lithe::passes {

/// Weights w[K, C, taps...] of a transposed convolution whose taps are whole rounds of `stride`:
/// each round begun at tap `begin`.
ir::Value rotated_rounds(ir::Graph& graph, ir::Value w, const Shape& stride, const Shape& begin);

/// The weights as filters [s * s * C, K, rounds...] of the neighbours, flipped.
ir::Value filters_of_neighbours(ir::Graph& graph, ir::Value w, const Shape& stride);

}  // namespace lithe::passes
