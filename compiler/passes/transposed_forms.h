#pragma once

#include <functional>

#include "compiler/ir/graph.h"

namespace lithe::passes {

/// A conv_transpose of stride 1 as the convolution with its taps in reverse, `convolve`d:
///
///   conv_transpose(x, w) {padding = p}  ->  conv(x, flip(w)) {padding = dilation * (k - 1) - p}
///
/// Nothing where padding takes more away than there is.
ir::Value reversed_convolution(ir::Graph& graph, const ir::Node& node,
                               const std::function<ir::Value(ir::Node&)>& convolve);

/// Whether a conv_transpose has groups of several channels, few enough for a kernel each.
bool has_wide_groups(const ir::Node& node);

/// Such a one as one of each group, `transpose`d: cat(conv_transpose(slice(x), slice(w)), ...).
ir::Value group_by_group(ir::Graph& graph, const ir::Node& node,
                         const std::function<ir::Value(ir::Node&)>& transpose);

}  // namespace lithe::passes
