#pragma once

#include "compiler/ir/graph.h"
#include "compiler/ir/symbols.h"

namespace lithe::lower {

/// What a group has to do at given sizes: of its sums of products (2 operations for a multiply-add,
/// nothing else counts), and bytes of operands and results, each touched once.
struct Work {
    double flops = 0, bytes = 0;
};
Work work_of(const ir::Node& group, const ir::SymbolValues& sizes);

}  // namespace lithe::lower
