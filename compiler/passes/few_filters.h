#pragma once

#include <functional>

#include "compiler/ir/graph.h"
#include "compiler/passes/pass.h"

namespace lithe::passes {

/// Whether a convolution of few channels has so few filters that vectors are better filled with
/// neighbouring pixels of its image, which the author's order of axes has side by side.
bool is_best_by_planes(const ir::Node& conv, const Machine& machine);

/// Whether a convolution has so few filters that most lanes of a vector would be idle, and taps
/// along lines that can fill them.
bool has_few_filters(const ir::Node& conv, const Machine& machine);

/// Such a convolution as one with a filter for every column of taps, whose results are added up
/// where they belong:
///
///   y[k, i, j] = sum over t of z[t * K + k, i, j * stride + t * dilation]
///
/// `convolve` makes what stands for the convolution z.
ir::Value with_columns_apart(ir::Graph& graph, const ir::Node& conv,
                             const std::function<ir::Value(ir::Node&)>& convolve);

}  // namespace lithe::passes
