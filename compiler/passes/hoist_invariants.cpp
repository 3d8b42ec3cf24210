#include <algorithm>
#include <map>
#include <set>

#include "compiler/ir/regions.h"
#include "compiler/passes/fixed_values.h"
#include "compiler/passes/kinds.h"
#include "compiler/passes/passes.h"

namespace lithe::passes {
namespace {

/// Moves nodes of one region out, in front of the node that runs it.
class Hoister {
public:
    /// `out`: the graph around, whose last node is before `node`.
    Hoister(ir::Graph& out, ir::Node& node, FixedValues& fixed)
        : out_(out), node_(node), fixed_(fixed) {}

    bool run() {
        bool changed = false;
        for (int i = 0; i < ir::region_count(node_); ++i) changed |= run_region(i);
        return changed;
    }

private:
    /// A loop's operands that are the same in every round. Of a branch, which may not run, only
    /// what can be computed when weights are loaded.
    bool may_leave(int operand) {
        if (!ir::is_loop(node_)) return fixed_.contains(*node_.input(operand).node);
        return operand >= ir::carry_count(node_) + ir::slice_count(node_);
    }

    bool run_region(int region) {
        ir::Graph& graph = *node_.body(region);
        find_users(graph);
        std::map<const ir::Node*, bool> is_invariant;
        for (const auto& node : graph.nodes()) {
            is_invariant[node.get()] =
                node->is("input")
                    ? may_leave(ir::operand_of_input(
                          node_, region, static_cast<int>(node->attrs().get_int("index"))))
                    : node->is("constant") || may_move(*node, is_invariant);
        }
        std::vector<ir::Node*> roots;
        std::set<const ir::Node*> needed;
        for (const ir::Output& output : graph.outputs) needed.insert(output.value.node);
        for (size_t i = graph.nodes().size(); i-- > 0;) {
            ir::Node& node = *graph.nodes()[i];
            if (is_invariant[&node] && !needed.contains(&node)) continue;
            if (is_invariant[&node] && pays(node)) {
                roots.insert(roots.begin(), &node);
                continue;
            }
            for (const ir::Value& v : node.inputs()) needed.insert(v.node);
        }
        for (ir::Node* root : roots) move(region, *root);
        return !roots.empty();
    }

    void find_users(const ir::Graph& graph) {
        users_.clear();
        for (const auto& node : graph.nodes()) {
            for (const ir::Value& v : node->inputs()) users_[v.node].push_back(node.get());
        }
        for (const ir::Output& o : graph.outputs) users_[o.value.node].push_back(nullptr);
    }

    static bool may_move(const ir::Node& node, const std::map<const ir::Node*, bool>& known) {
        return !node.is(Trait::source) && !node.is(Trait::random) && !node.body() &&
               !is_boundary(node) &&
               std::all_of(node.inputs().begin(), node.inputs().end(),
                           [&](ir::Value v) { return known.at(v.node); });
    }

    /// Not where a kernel reads through it as it is: data that only grow, a layout of an anchor's
    /// operand, a view.
    bool pays(const ir::Node& node) const {
        if (node.is(Trait::source) || node.input_count() == 0 || node.is("reshape")) return false;
        if (node.is("expand")) return false;
        if (!node.is("permute")) return true;
        const auto at = users_.find(&node);
        return at == users_.end() ||
               !std::all_of(at->second.begin(), at->second.end(),
                            [](const ir::Node* user) { return user && is_anchor(*user); });
    }

    /// The value of a node of the region, computed outside.
    ir::Value outside(int region, ir::Value value) {
        ir::Node& node = *value.node;
        if (node.is("input")) {
            return node_.input(ir::operand_of_input(
                node_, region, static_cast<int>(node.attrs().get_int("index"))));
        }
        ir::Node*& twin = twins_[&node];
        if (!twin) {
            std::vector<ir::Value> inputs;
            for (const ir::Value& input : node.inputs()) inputs.push_back(outside(region, input));
            twin = out_.add_node(node.op(), inputs, node.attrs(), node.types());
            twin->module_call = node.module_call;
            twin->line = node.line;
        }
        return {twin, value.index};
    }

    /// Gives all regions an input for the results of `root`, and the region its use.
    void move(int region, ir::Node& root) {
        for (int k = 0; k < static_cast<int>(root.types().size()); ++k) {
            if (!is_used(*node_.body(region), {&root, k})) continue;
            const ir::Value result = outside(region, {&root, k});
            ir::Value inner;
            for (int i = 0; i < ir::region_count(node_); ++i) {
                ir::Graph& graph = *node_.body(i);
                const std::string name = "x" + std::to_string(graph.inputs().size());
                const ir::Value added = graph.add_input(name, root.type(k));
                if (i == region) inner = added;
            }
            std::vector<ir::Value> operands = node_.inputs();
            operands.push_back(result);
            node_.set_inputs(std::move(operands));
            node_.body(region)->replace_uses({&root, k}, inner);
        }
        inputs_first(*node_.body(region));
    }

    static bool is_used(const ir::Graph& graph, ir::Value value) {
        for (const auto& node : graph.nodes()) {
            for (const ir::Value& v : node->inputs()) {
                if (v == value) return true;
            }
        }
        return std::any_of(graph.outputs.begin(), graph.outputs.end(),
                           [&](const ir::Output& output) { return output.value == value; });
    }

    static void inputs_first(ir::Graph& graph) {
        auto nodes = graph.take_nodes();
        std::stable_partition(nodes.begin(), nodes.end(),
                              [](const auto& node) { return node->is("input"); });
        for (auto& node : nodes) graph.push(std::move(node));
        graph.number();
    }

    ir::Graph& out_;
    ir::Node& node_;
    FixedValues& fixed_;
    std::map<const ir::Node*, std::vector<const ir::Node*>> users_;
    std::map<const ir::Node*, ir::Node*> twins_;
};

}  // namespace

bool hoist_invariants(ir::Graph& graph) {
    bool changed = false;
    FixedValues fixed;
    for (auto& node : graph.take_nodes()) {
        if (ir::has_regions(*node)) changed |= Hoister(graph, *node, fixed).run();
        graph.push(std::move(node));
    }
    graph.number();
    return changed;
}

}  // namespace lithe::passes
