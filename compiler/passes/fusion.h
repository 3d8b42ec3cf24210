#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "compiler/ir/graph.h"
#include "compiler/passes/pass.h"
#include "compiler/passes/pointwise_region.h"

namespace lithe::passes {

inline constexpr size_t most_body_nodes = 50;
inline constexpr size_t most_operands = 12;

/// Nodes that one kernel is to compute. Only exits are read from outside.
struct Cluster {
    std::vector<ir::Node*> members;  ///< in the order of the graph once planning is done
    ir::Node* anchor = nullptr;      ///< null: pointwise nodes and moves alone
    ir::Node* exit = nullptr;        ///< the last one: the kernel stands in its place
    std::string family;
    std::vector<ir::Node*> earlier_exits;
    const ir::Node* lines = nullptr;  ///< a convolution that makes lines as the anchor needs them
};

/// Decides which nodes of a graph share a kernel; the graph itself stays as it is.
class Fusion {
public:
    Fusion(ir::Graph& graph, const Machine& machine, Notes& notes);

    /// The clusters in the order of their exits.
    std::vector<Cluster> run();

    /// Whether `user` reads the operand in place, by a copy of the node in its own body: nodes
    /// that cost nothing (full, expand), and layouts in front of an anchor.
    static bool is_repeated(const ir::Node& node, const ir::Node& user);
    /// Who reads the operand of a repeated node: the node itself, so that one permute is taken and
    /// no second one; for a reshape the one who reads that.
    static const ir::Node* reader_through(const ir::Node& node, const ir::Node& reader);

private:
    static bool stays(const ir::Node& node);
    const std::vector<ir::Node*>& users(const ir::Node& node) const;
    bool needs_memory(const ir::Node& node) const;
    void grow_behind(Cluster& cluster);
    void grow_behind_gates(Cluster& cluster);
    bool absorb(Cluster& cluster);
    bool absorb_layout(Cluster& cluster);
    bool leaves_planes(const Cluster& cluster, const ir::Node& permute) const;
    void join_rolling();
    bool is_read_by_one(const ir::Node& value, const ir::Node& node) const;
    void join_in_front();
    std::string refusal(const ir::Node& node, const ir::Node& user, const Cluster& cluster) const;
    std::string join_refusal(const ir::Node& node, int& into) const;
    size_t operand_count(const Cluster& cluster) const;
    std::string limit_refusal(const Cluster& cluster, const std::vector<ir::Node*>& more) const;
    void note(const ir::Node& node, const std::string& reason);

    ir::Graph& graph_;
    const Machine& machine_;
    Notes& notes_;
    Users users_;
    std::map<const ir::Node*, int> cluster_of_;
    std::vector<Cluster> clusters_;
};

}  // namespace lithe::passes
