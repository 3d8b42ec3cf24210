#pragma once

#include <functional>
#include <map>
#include <vector>

#include "compiler/ir/graph.h"

namespace lithe::passes {

/// Who reads each node, each once; null: an output of the graph.
using Users = std::map<const ir::Node*, std::vector<ir::Node*>>;
Users users_of(const ir::Graph& graph);
/// How many of them a node has.
size_t user_count(const Users& users, const ir::Node& node);

/// Pointwise nodes that one kernel may compute, with several results.
struct PointwiseRegion {
    std::vector<ir::Node*> members;  ///< in the order of the graph
    std::vector<ir::Node*> exits;    ///< those that are read from outside, likewise
};

/// The nodes that depend on `roots` and that `may_join` takes. All that read roots or members from
/// outside come behind the last member, so that the region can stand there.
PointwiseRegion pointwise_region(const ir::Graph& graph, const std::vector<const ir::Node*>& roots,
                                 const Users& users,
                                 const std::function<bool(const ir::Node&)>& may_join);

}  // namespace lithe::passes
