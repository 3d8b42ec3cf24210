#include <map>

#include "compiler/ir/ops.h"
#include "compiler/passes/constants.h"
#include "compiler/passes/fusion.h"
#include "compiler/passes/passes.h"
#include "compiler/passes/rolling.h"
#include "runtime/error.h"

namespace lithe::passes {
namespace {

/// Builds the body of one cluster; operands become its inputs in the order in which they are met.
class BodyBuilder {
public:
    using Members = std::map<const ir::Node*, const Cluster*>;

    /// `members`: the nodes of all clusters.
    BodyBuilder(const Cluster& cluster, const Members& members, const Machine& machine)
        : cluster_(cluster), members_(members), machine_(machine) {
        body_->name = "body";
    }

    std::unique_ptr<ir::Graph> run() {
        for (ir::Node* member : cluster_.members) copy(*member, *member);
        return std::move(body_);
    }

    ir::Value twin(ir::Value value) const { return {twins_.at(value.node), value.index}; }
    const std::vector<ir::Value>& operands() const { return operands_; }

private:
    ir::Node* copy(ir::Node& node, const ir::Node& reader) {
        std::vector<ir::Value> inputs;
        for (const ir::Value& input : node.inputs()) inputs.push_back(inner(input, reader));
        Attrs attrs = node.attrs();
        if (&node == cluster_.lines) attrs.set("tile_rows", Dim(rolling_rows(node, machine_)));
        ir::Node* added = body_->add_node(node.op(), inputs, std::move(attrs), node.types());
        added->module_call = node.module_call;
        added->line = node.line;
        twins_[&node] = added;
        return added;
    }

    /// The value inside of the body. `reader` is the node that reads it, through layouts or not.
    ir::Value inner(ir::Value value, const ir::Node& reader) {
        if (const auto at = twins_.find(value.node); at != twins_.end()) {
            return {at->second, value.index};
        }
        if (value.node->is("constant")) {
            if (const std::optional<double> number = uniform_value(value)) {
                return twins_[value.node] = fill(value.type(), *number), twin(value);
            }
        }
        // A layout that ends another kernel is that kernel's result.
        if (!members_.contains(value.node) && Fusion::is_repeated(*value.node, reader)) {
            return {copy(*value.node, *Fusion::reader_through(*value.node, reader)), value.index};
        }
        return operand(value);
    }

    ir::Node* fill(const TensorType& type, double number) {
        Attr value = number;
        if (!is_floating(type.dtype)) value = Dim(static_cast<int64_t>(number));
        return body_
            ->add("full", {}, {{"value", value}, {"shape", type.shape}, {"dtype", type.dtype}})
            .node;
    }

    ir::Value operand(ir::Value value) {
        const auto key = std::make_pair(value.node, value.index);
        const auto [at, is_new] = inputs_.try_emplace(key);
        if (is_new) {
            at->second = body_->add_input("x" + std::to_string(operands_.size()), value.type());
            operands_.push_back(value);
        }
        return at->second;
    }

    const Cluster& cluster_;
    const Members& members_;
    const Machine& machine_;
    std::unique_ptr<ir::Graph> body_ = std::make_unique<ir::Graph>();
    std::map<const ir::Node*, ir::Node*> twins_;
    std::map<std::pair<ir::Node*, int>, ir::Value> inputs_;
    std::vector<ir::Value> operands_;
};

/// Inputs stand first in a body, as in every graph.
void inputs_first(ir::Graph& body) {
    std::vector<std::unique_ptr<ir::Node>> nodes = body.take_nodes();
    for (const bool wanted : {true, false}) {
        for (auto& node : nodes) {
            if (node && node->is("input") == wanted) body.push(std::move(node));
        }
    }
    body.number();
}

class Grouper {
public:
    Grouper(ir::Graph& graph, const Machine& machine) : graph_(graph), machine_(machine) {}

    void run(std::vector<Cluster> clusters) {
        std::map<const ir::Node*, const Cluster*> ending_at;
        for (const Cluster& cluster : clusters) ending_at[cluster.exit] = &cluster;
        find_used(clusters);
        std::vector<std::unique_ptr<ir::Node>> nodes = graph_.take_nodes();
        for (auto& node : nodes) {
            if (const auto at = ending_at.find(node.get()); at != ending_at.end()) {
                emit(*at->second);
            }
            if (members_.contains(node.get())) continue;
            for (int i = 0; i < node->input_count(); ++i) {
                node->set_input(i, current(node->input(i)));
            }
            graph_.push(std::move(node));
        }
        for (ir::Output& output : graph_.outputs) output.value = current(output.value);
        graph_.erase_dead();  // while what they refer to is alive
    }

private:
    using Key = std::pair<const ir::Node*, int>;

    /// Which results of exits are read from outside.
    void find_used(const std::vector<Cluster>& clusters) {
        for (const Cluster& cluster : clusters) {
            for (const ir::Node* member : cluster.members) members_[member] = &cluster;
        }
        for (const auto& node : graph_.nodes()) {
            const auto own = members_.find(node.get());
            for (const ir::Value& v : node->inputs()) {
                const auto at = members_.find(v.node);
                const bool is_inside =
                    at != members_.end() && own != members_.end() && own->second == at->second;
                if (!is_inside) used_.insert({v.node, v.index});
            }
        }
        for (const ir::Output& o : graph_.outputs) used_.insert({o.value.node, o.value.index});
    }

    ir::Value current(ir::Value value) const {
        const auto at = instead_.find({value.node, value.index});
        return at == instead_.end() ? value : at->second;
    }

    /// What is read from outside, in the order of the graph.
    std::vector<ir::Value> cluster_results(const Cluster& cluster) const {
        std::vector<ir::Node*> exits = cluster.earlier_exits;
        exits.push_back(cluster.exit);
        std::vector<ir::Value> results;
        for (ir::Node* exit : exits) {
            for (int i = 0; i < static_cast<int>(exit->types().size()); ++i) {
                if (used_.contains({exit, i})) results.push_back(exit->value(i));
            }
        }
        return results;
    }

    void emit(const Cluster& cluster) {
        BodyBuilder builder(cluster, members_, machine_);
        std::unique_ptr<ir::Graph> body = builder.run();
        std::vector<ir::Value> operands;
        for (const ir::Value& operand : builder.operands()) operands.push_back(current(operand));
        TensorTypes types;
        const std::vector<ir::Value> results = cluster_results(cluster);
        for (const ir::Value& result : results) {
            types.push_back(result.type());
            body->outputs.push_back({"", builder.twin(result), ""});
        }
        inputs_first(*body);
        const ir::Node& origin = cluster.anchor ? *cluster.anchor : *cluster.exit;
        ir::Node* group =
            graph_.add_node(ir::group_op, operands, {{"family", cluster.family}}, std::move(types));
        group->module_call = origin.module_call;
        group->line = origin.line;
        group->add_body(std::move(body));
        for (size_t i = 0; i < results.size(); ++i) {
            instead_[{results[i].node, results[i].index}] = group->value(static_cast<int>(i));
        }
    }

    ir::Graph& graph_;
    const Machine& machine_;
    std::map<const ir::Node*, const Cluster*> members_;
    std::set<Key> used_;
    std::map<Key, ir::Value> instead_;
};

}  // namespace

bool group(ir::Graph& graph, const Machine& machine, Notes& notes) {
    std::vector<Cluster> clusters = Fusion(graph, machine, notes).run();
    if (clusters.empty()) return false;
    Grouper(graph, machine).run(std::move(clusters));
    return true;
}

}  // namespace lithe::passes
