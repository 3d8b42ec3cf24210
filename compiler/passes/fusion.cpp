#include "compiler/passes/fusion.h"

#include <algorithm>

#include "compiler/passes/constants.h"
#include "compiler/passes/fusion_kinds.h"
#include "compiler/passes/kinds.h"
#include "compiler/passes/packed_conv.h"
#include "compiler/passes/rolling.h"

namespace lithe::passes {
namespace {

bool contains(const std::vector<ir::Node*>& nodes, const ir::Node* node) {
    return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

/// Whether a permute behind the anchor is a part of its kernel.
bool is_moved_back(const Cluster& cluster) {
    return cluster.members.size() > 1 && cluster.members[1]->is("permute");
}

bool is_cheap(const ir::Node& node) {
    return node.is(Trait::commutative) || node.is(Trait::injective);
}

}  // namespace

Fusion::Fusion(ir::Graph& graph, const Machine& machine, Notes& notes)
    : graph_(graph), machine_(machine), notes_(notes), users_(users_of(graph)) {}

bool Fusion::stays(const ir::Node& node) {
    return node.is(Trait::source) || node.body() || is_boundary(node) || node.is("reshape");
}

bool Fusion::is_repeated(const ir::Node& node, const ir::Node& user) {
    if (stays(user)) return false;
    if (is_pointwise(node) && node.input_count() == 0) return true;
    if (node.is("slice") && reads_parts(user)) return true;
    if (node.is("expand")) return reads_expanded(user);
    if (reads_columns_apart(node, user)) return false;
    return is_layout(node) && reads_layouts(user) && !skims_planes(node, user);
}

const ir::Node* Fusion::reader_through(const ir::Node& node, const ir::Node& reader) {
    return node.is("reshape") || node.is("slice") ? &reader : &node;
}

const std::vector<ir::Node*>& Fusion::users(const ir::Node& node) const {
    static const std::vector<ir::Node*> none;
    const auto at = users_.find(&node);
    return at == users_.end() ? none : at->second;
}

/// Whether somebody reads the node's results from memory rather than by a copy of the node.
bool Fusion::needs_memory(const ir::Node& node) const {
    const auto& readers = users(node);
    return std::any_of(readers.begin(), readers.end(), [&](const ir::Node* user) {
        if (!user) return true;
        // A reshape of a layout is one too: it is not outside of the bodies that repeat it.
        if (is_layout(node) && (user->is("reshape") || user->is("slice")))
            return needs_memory(*user);
        return !is_repeated(node, *user);
    });
}

void Fusion::note(const ir::Node& node, const std::string& reason) {
    add_note(notes_, "group", graph_, node, reason);
}

std::vector<Cluster> Fusion::run() {
    for (const auto& node : graph_.nodes()) {
        if (stays(*node) || !is_anchor(*node)) continue;
        const int index = static_cast<int>(clusters_.size());
        clusters_.push_back({{node.get()}, node.get(), node.get(), family_of(*node)});
        cluster_of_[node.get()] = index;
        if (node->is("packed_gates")) {
            grow_behind_gates(clusters_.back());
        } else {
            grow_behind(clusters_.back());
        }
        for (const ir::Node* member : clusters_.back().members) cluster_of_[member] = index;
    }
    join_rolling();
    join_in_front();
    std::erase_if(clusters_, [](const Cluster& cluster) { return cluster.members.empty(); });
    for (Cluster& cluster : clusters_) {
        std::sort(cluster.members.begin(), cluster.members.end(),
                  [](const ir::Node* a, const ir::Node* b) { return a->id() < b->id(); });
    }
    std::sort(clusters_.begin(), clusters_.end(),
              [](const Cluster& a, const Cluster& b) { return a.exit->id() < b.exit->id(); });
    return std::move(clusters_);
}

void Fusion::grow_behind(Cluster& cluster) {
    const ir::Node& anchor = *cluster.anchor;
    if (is_complete_last(cluster.family)) return;
    for (int i = 1; i < static_cast<int>(anchor.types().size()); ++i) {
        for (const ir::Node* user : users(anchor)) {
            // An output does not say which result it is: that it is used at all has to do.
            const bool is_used = !user || std::any_of(user->inputs().begin(), user->inputs().end(),
                                                      [&](ir::Value v) {
                                                          return v.node == &anchor && v.index == i;
                                                      });
            if (is_used) return;
        }
    }
    if (anchor.attrs().has("neighbours")) {
        while (absorb(cluster)) {
        }
        absorb_layout(cluster);
        return;
    }
    const bool has_layout = writes_any_layout(cluster.family) && absorb_layout(cluster);
    while (absorb(cluster)) {
    }
    // Attention writes in any layout behind elementwise nodes as well.
    if (!has_layout && anchor.is("attention") && absorb_layout(cluster)) {
        while (absorb(cluster)) {
        }
    }
}

/// Takes a permute that alone reads the exit.
bool Fusion::absorb_layout(Cluster& cluster) {
    const auto& next = users(*cluster.exit);
    if (next.size() != 1 || !next[0] || !next[0]->is("permute") || cluster_of_.contains(next[0]))
        return false;
    if (leaves_planes(cluster, *next[0])) return false;
    if (!writes_in_order(*cluster.anchor, next[0]->attrs().get_shape("perm"))) {
        note(*next[0], "attention writes rows of columns or of queries");
        return false;
    }
    cluster.members.push_back(next[0]);
    cluster.exit = next[0];
    return true;
}

/// Whether a pool over planes in memory leaves its few planes as they are: what reads them through
/// the permute needs no channels side by side.
bool Fusion::leaves_planes(const Cluster& cluster, const ir::Node& permute) const {
    const ir::Node& pool = *cluster.anchor;
    if (!ir::is_pool(pool) || is_layout(*pool.input(0).node) || pool.type().rank() != 4)
        return false;
    const Dim& channels = pool.type().size(1);
    return channels.is_constant() && channels.constant() <= few_channels && !needs_memory(permute);
}

/// Takes all that is computed of the gates, or nothing.
void Fusion::grow_behind_gates(Cluster& cluster) {
    const ir::Node* anchor = cluster.anchor;
    const PointwiseRegion region =
        pointwise_region(graph_, {anchor}, users_, [&](const ir::Node& node) {
            return is_pointwise(node) && !cluster_of_.contains(&node) &&
                   same(node.type().shape, anchor->type().shape);
        });
    const std::vector<ir::Node*>& readers = users(*anchor);
    const bool is_whole = std::all_of(readers.begin(), readers.end(), [&](const ir::Node* user) {
        return contains(region.members, user);
    });
    const std::string limit = limit_refusal(cluster, region.members);
    if (!is_whole || region.exits.empty() || !limit.empty()) {
        note(*anchor, limit.empty() ? "its gates are read from memory"
                                    : "takes no more nodes behind it: " + limit);
        return;
    }
    cluster.members.insert(cluster.members.end(), region.members.begin(), region.members.end());
    cluster.exit = region.exits.back();
    cluster.earlier_exits.assign(region.exits.begin(), region.exits.end() - 1);
}

/// Takes the smallest set of pointwise nodes behind the exit that has one exit again.
bool Fusion::absorb(Cluster& cluster) {
    const Shape& shape = cluster.exit->type().shape;
    std::vector<ir::Node*> region;
    auto is_inside = [&](const ir::Node* node) {
        return node && (contains(region, node) || node == cluster.exit);
    };
    auto escapes = [&](const ir::Node* node) {
        const auto& readers = users(*node);
        return readers.empty() ||  // a dead end is no part of a region with one exit
               std::any_of(readers.begin(), readers.end(),
                           [&](const ir::Node* user) { return !is_inside(user); });
    };
    const ir::Node* open = cluster.exit;  // a node that has users outside
    while (open) {
        if (users(*open).empty()) return false;
        for (ir::Node* user : users(*open)) {
            if (is_inside(user)) continue;
            const bool fits = user && is_pointwise(*user) && !cluster_of_.contains(user) &&
                              same(user->type().shape, shape);
            if (!fits) {
                const bool is_several = users(*cluster.exit).size() > 1;
                if (is_several)
                    note(*cluster.exit, "its result stays in memory: used several times");
                return false;
            }
            region.push_back(user);
        }
        const std::string limit = limit_refusal(cluster, region);
        if (!limit.empty()) {
            note(*cluster.exit, "takes no more nodes behind it: " + limit);
            return false;
        }
        std::vector<ir::Node*> exits;
        for (ir::Node* node : region) {
            if (escapes(node)) exits.push_back(node);
        }
        open = exits.size() > 1
                   ? *std::min_element(exits.begin(), exits.end(),
                                       [](auto* a, auto* b) { return a->id() < b->id(); })
                   : nullptr;
        if (exits.size() == 1) cluster.exit = exits[0];
    }
    cluster.members.insert(cluster.members.end(), region.begin(), region.end());
    return !region.empty();
}

/// A convolution that a depthwise one or a pooling alone reads joins its kernel.
void Fusion::join_rolling() {
    for (size_t i = 0; i < clusters_.size(); ++i) {
        Cluster& cluster = clusters_[i];
        const ir::Node* image = rolling_image(*cluster.anchor).node;
        const auto at = image ? cluster_of_.find(image) : cluster_of_.end();
        if (at == cluster_of_.end()) continue;
        Cluster& front = clusters_[static_cast<size_t>(at->second)];
        if (!front.anchor->is("packed_conv") || front.exit != image) continue;
        if (ir::is_pool(*cluster.anchor) && !is_moved_back(cluster)) continue;
        if (!is_read_by_one(*image, *cluster.anchor)) continue;  // noted already
        std::string reason =
            rolling_refusal(front.members, *front.anchor, *image, *cluster.anchor, machine_);
        if (reason.empty()) reason = limit_refusal(cluster, front.members);
        if (!reason.empty()) {
            note(*front.exit, reason);
            continue;
        }
        cluster.members.insert(cluster.members.end(), front.members.begin(), front.members.end());
        for (const ir::Node* member : front.members) cluster_of_[member] = static_cast<int>(i);
        front.members.clear();
        cluster.lines = front.anchor;
    }
}

/// Whether the node is all that reads the value, through a layout or not.
bool Fusion::is_read_by_one(const ir::Node& value, const ir::Node& node) const {
    const auto& readers = users(value);
    if (readers.size() != 1 || !readers[0]) return false;
    return readers[0] == &node || is_read_by_one(*readers[0], node);
}

/// Backwards, so that a node's users have their clusters when it is asked where it belongs.
void Fusion::join_in_front() {
    for (size_t i = graph_.nodes().size(); i-- > 0;) {
        ir::Node* node = graph_.nodes()[i].get();
        if (stays(*node) || cluster_of_.contains(node) || !needs_memory(*node)) continue;
        int into = -1;
        const std::string reason = join_refusal(*node, into);
        if (reason.empty()) {
            clusters_[static_cast<size_t>(into)].members.push_back(node);
            cluster_of_[node] = into;
            continue;
        }
        const auto& readers = users(*node);  // there is nothing to say of a plain output
        if (readers.size() != 1 || (readers[0] && !is_boundary(*readers[0]))) note(*node, reason);
        cluster_of_[node] = static_cast<int>(clusters_.size());
        clusters_.push_back({{node}, nullptr, node, is_pointwise(*node) ? "pointwise" : "copy"});
    }
    for (Cluster& cluster : clusters_) {
        if (cluster.anchor) continue;
        const bool only_moves = std::all_of(cluster.members.begin(), cluster.members.end(),
                                            [](const ir::Node* node) { return is_move(*node); });
        cluster.family = only_moves ? "copy" : "pointwise";
    }
}

std::string Fusion::join_refusal(const ir::Node& node, int& into) const {
    if (is_move(node) && node.input_count() > 1) return "it joins several operands";
    for (const ir::Node* user : users(node)) {
        if (!user) return "it is an output";
        const auto at = cluster_of_.find(user);
        const auto& readers = users(*user);
        const bool is_read_through = std::any_of(
            readers.begin(), readers.end(),
            [&](const ir::Node* reader) { return reader && is_repeated(*user, *reader); });
        if (at == cluster_of_.end() || is_read_through) {
            return "'" + std::string(user->name()) + "' reads it from memory";
        }
        if (into >= 0 && into != at->second) return "several kernels use it";
        into = at->second;
        const Cluster& cluster = clusters_[static_cast<size_t>(into)];
        const std::string reason = refusal(node, *user, cluster);
        if (!reason.empty()) return reason;
    }
    if (into < 0) return "nothing uses it";
    return limit_refusal(clusters_[static_cast<size_t>(into)], {const_cast<ir::Node*>(&node)});
}

/// Why `user`, a member of the cluster, must read the node's result from memory.
std::string Fusion::refusal(const ir::Node& node, const ir::Node& user,
                            const Cluster& cluster) const {
    const std::string name = "'" + std::string(user.name()) + "'";
    if (is_anchor(user)) {
        if (skims_planes(node, user)) return name + " would take few pixels of many planes at once";
        if (!is_pointwise(node)) return name + " reads whole rows of it";
        if (user.is(Trait::reduction) || reads_once(user)) return {};
        if (cluster.family == "rows" || cluster.family == "running") {
            return is_cheap(node) ? "" : name + " would compute it several times";
        }
        return name + " reads its elements many times";
    }
    if (is_move(user)) {
        return user.input_count() == 1 ? "" : name + " joins several operands";
    }
    if (is_pointwise(node) && !same(node.type().shape, user.type().shape)) {
        return name + " would compute it again wherever it is broadcast";
    }
    const bool is_read_in_place = cluster.anchor && reads_parts_of_rows(*cluster.anchor, node);
    if (is_move(node) && cluster.anchor && !is_read_in_place)
        return "its elements lie apart for the kernel's last loop";
    return {};
}

std::string Fusion::limit_refusal(const Cluster& cluster,
                                  const std::vector<ir::Node*>& more) const {
    Cluster larger = cluster;
    larger.members.insert(larger.members.end(), more.begin(), more.end());
    if (larger.members.size() > most_body_nodes) {
        return "the kernel would have more than " + std::to_string(most_body_nodes) + " nodes";
    }
    if (operand_count(larger) > most_operands) {
        return "the kernel would have more than " + std::to_string(most_operands) + " operands";
    }
    return {};
}

size_t Fusion::operand_count(const Cluster& cluster) const {
    std::set<std::pair<const ir::Node*, int>> operands;
    const std::set<const ir::Node*> members(cluster.members.begin(), cluster.members.end());
    for (const ir::Node* member : cluster.members) {
        for (ir::Value v : member->inputs()) {
            const ir::Node* reader = member;
            while (is_repeated(*v.node, *reader) && v.node->input_count() > 0) {
                reader = reader_through(*v.node, *reader);
                v = v.node->input(0);
            }
            const bool is_number = v.node->input_count() == 0 && !v.node->is("input") &&
                                   v.type().rank() == 0 && is_constant(v);
            if (!members.contains(v.node) && !is_number) operands.insert({v.node, v.index});
        }
    }
    return operands.size();
}

}  // namespace lithe::passes
