#include "compiler/passes/pointwise_region.h"

#include <algorithm>
#include <climits>
#include <set>

namespace lithe::passes {

Users users_of(const ir::Graph& graph) {
    Users users;
    for (const auto& node : graph.nodes()) {
        for (const ir::Value& v : node->inputs()) {
            std::vector<ir::Node*>& readers = users[v.node];
            const bool is_known =
                std::find(readers.begin(), readers.end(), node.get()) != readers.end();
            if (!is_known) readers.push_back(node.get());
        }
    }
    for (const ir::Output& output : graph.outputs) users[output.value.node].push_back(nullptr);
    return users;
}

size_t user_count(const Users& users, const ir::Node& node) {
    const auto at = users.find(&node);
    return at == users.end() ? 0 : at->second.size();
}

PointwiseRegion pointwise_region(const ir::Graph& graph, const std::vector<const ir::Node*>& roots,
                                 const Users& users,
                                 const std::function<bool(const ir::Node&)>& may_join) {
    std::set<const ir::Node*> inside(roots.begin(), roots.end());
    PointwiseRegion region;
    for (const auto& node : graph.nodes()) {
        const bool depends = std::any_of(node->inputs().begin(), node->inputs().end(),
                                         [&](ir::Value v) { return inside.contains(v.node); });
        if (!depends || inside.contains(node.get()) || !may_join(*node)) continue;
        inside.insert(node.get());
        region.members.push_back(node.get());
    }
    const auto readers_of = [&](const ir::Node* node) -> const std::vector<ir::Node*>& {
        static const std::vector<ir::Node*> none;
        const auto at = users.find(node);
        return at == users.end() ? none : at->second;
    };
    const auto reads_outside = [&](const ir::Node* user) { return user && !inside.contains(user); };
    for (int limit = INT_MAX, before = 0; limit != before;) {
        before = limit;
        for (const ir::Node* node : inside) {
            for (const ir::Node* user : readers_of(node)) {
                if (reads_outside(user)) limit = std::min(limit, user->id());
            }
        }
        while (!region.members.empty() && region.members.back()->id() > limit) {
            inside.erase(region.members.back());
            region.members.pop_back();
        }
    }
    for (ir::Node* member : region.members) {
        const std::vector<ir::Node*>& readers = readers_of(member);
        const bool is_exit = std::any_of(readers.begin(), readers.end(), [&](const ir::Node* user) {
            return !user || reads_outside(user);
        });
        if (is_exit) region.exits.push_back(member);
    }
    return region;
}

}  // namespace lithe::passes
