#pragma once

#include <vector>

#include "compiler/ir/graph.h"
#include "compiler/ir/symbols.h"

namespace lithe::lower {

/// What a group has to do at given sizes: of its sums of products (2 operations for a multiply-add,
/// nothing else counts), and bytes of operands and results, each touched once.
struct Work {
    double flops = 0, bytes = 0;
};
Work work_of(const ir::Node& group, const ir::SymbolValues& sizes);

/// A group, and how often a run of the graph computes it: once for each round of the scans around.
struct GroupRun {
    const ir::Node* group = nullptr;
    Dim rounds = 1;
};
/// All groups in the order of a plan's steps, those of regions where they stand.
std::vector<GroupRun> group_runs(const ir::Graph& graph);

}  // namespace lithe::lower
