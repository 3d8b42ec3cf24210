#pragma once

#include <string>
#include <vector>

#include "compiler/ir/graph.h"

namespace lithe::passes {

/// Why a depthwise convolution should not make the lines that it reads by `conv` and the other
/// nodes of `front` itself, as it needs them; empty where that is expected to be faster. `image` is
/// what they hand on.
std::string rolling_refusal(const std::vector<ir::Node*>& front, const ir::Node& conv,
                            const ir::Node& image, const ir::Node& depthwise);

}  // namespace lithe::passes
