#pragma once

#include "compiler/ir/graph.h"

namespace lithe::lower {

/// Whether the kernel of a group may write its result over an operand: it reads each element of it
/// once, for the element of the result that takes its place. So do products and convolutions with a
/// residual, where no tile makes rows again that another has made.
bool may_overwrite(const ir::Node& group, int operand);

}  // namespace lithe::lower
