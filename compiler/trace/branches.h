#pragma once

#include <memory>
#include <vector>

#include "compiler/ir/program.h"
#include "compiler/trace/graph_tracer.h"

namespace lithe::tracing {

/// One way through forward(): its graph has a `cond` without regions where it asked for a bool.
struct Way {
    std::unique_ptr<ir::Graph> graph;
    std::vector<Decision> decisions;
    std::vector<ir::ModuleCall> calls;  ///< the program's after this run
    int64_t draws = 0;
};

/// Joins all ways through a forward() into one graph: after a bool that was asked for, what follows
/// on either answer is a region of a `cond`. Ways that begin with the same answers have the same
/// nodes up to there. The program keeps its `first_calls` and gets the calls of all ways.
/// Errors: trace.branch_results, trace.random_in_region.
std::unique_ptr<ir::Graph> join_ways(ir::Program& program, const std::vector<Way>& ways,
                                     size_t first_calls);

}  // namespace lithe::tracing
