#pragma once

#include "compiler/ir/graph.h"

namespace lithe::passes {

/// One number, as a tensor without axes.
ir::Value number(ir::Graph& graph, Attr value, DType dtype);

/// begin, begin + 1, ... as i64 along the first of `rank` axes; the others have one element.
ir::Value places(ir::Graph& graph, int64_t begin, const Dim& count, int rank);

}  // namespace lithe::passes
