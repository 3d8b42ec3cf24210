#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "compiler/ir/regions.h"
#include "compiler/passes/passes.h"

namespace lithe::passes {
namespace {

using Key = std::pair<const ir::Node*, int>;

std::set<Key> used_values(const ir::Graph& graph) {
    std::set<Key> used;
    for (const auto& node : graph.nodes()) {
        for (const ir::Value& v : node->inputs()) used.insert({v.node, v.index});
    }
    for (const ir::Output& o : graph.outputs) used.insert({o.value.node, o.value.index});
    return used;
}

class Pruner {
public:
    explicit Pruner(ir::Node& node) : node_(node) {}

    /// Which operands went: those from `first` on may go.
    bool drop_operands() {
        const int first = node_.is("cond") ? 1 : ir::carry_count(node_);
        std::set<int> dropped;
        for (int i = first; i < node_.input_count(); ++i) {
            if (!is_read(i) || merge(i, first, dropped)) dropped.insert(i);
        }
        if (dropped.empty()) return false;
        const int slices_end = ir::carry_count(node_) + ir::slice_count(node_);
        std::vector<ir::Value> kept;
        int64_t slices = 0;
        for (int i = 0; i < node_.input_count(); ++i) {
            if (dropped.contains(i)) continue;
            kept.push_back(node_.input(i));
            slices += i >= first && i < slices_end;
        }
        for (int r = 0; r < ir::region_count(node_); ++r) drop_inputs(*node_.body(r), dropped);
        node_.set_inputs(std::move(kept));
        if (node_.is("scan")) node_.attrs().set("slices", Dim(slices));
        return true;
    }

    /// Drops stacked results that are not used; gives the new index of every result, -1 for none.
    std::vector<int> drop_results(const std::set<Key>& used) {
        std::vector<int> place(node_.types().size());
        std::iota(place.begin(), place.end(), 0);
        if (!node_.is("scan")) return place;
        place.clear();
        TensorTypes types;
        std::vector<ir::Output>& outputs = node_.body(0)->outputs;
        std::vector<ir::Output> kept;
        for (int i = 0; i < static_cast<int>(node_.types().size()); ++i) {
            const bool is_kept =
                !node_.is("scan") || i < ir::carry_count(node_) || used.contains({&node_, i});
            place.push_back(is_kept ? static_cast<int>(types.size()) : -1);
            if (!is_kept) continue;
            types.push_back(node_.type(i));
            kept.push_back(outputs[static_cast<size_t>(i)]);
        }
        if (node_.is("scan") && types.size() != node_.types().size()) {
            outputs = std::move(kept);
            node_.set_types(types);
        }
        return place;
    }

private:
    int input_of(int operand) const { return node_.is("cond") ? operand - 1 : operand; }

    ir::Value input(int region, int operand) const {
        return node_.body(region)->inputs()[static_cast<size_t>(input_of(operand))]->value();
    }

    bool is_read(int operand) const {
        for (int r = 0; r < ir::region_count(node_); ++r) {
            if (used_values(*node_.body(r)).contains({input(r, operand).node, 0})) return true;
        }
        return false;
    }

    /// Lets the regions read an earlier operand of the same value and kind.
    bool merge(int operand, int first, const std::set<int>& dropped) {
        const int slices_end = ir::carry_count(node_) + ir::slice_count(node_);
        for (int i = first; i < operand; ++i) {
            const bool same_kind = (i < slices_end) == (operand < slices_end);
            if (dropped.contains(i) || !same_kind || !(node_.input(i) == node_.input(operand)))
                continue;
            for (int r = 0; r < ir::region_count(node_); ++r) {
                node_.body(r)->replace_uses(input(r, operand), input(r, i));
            }
            return true;
        }
        return false;
    }

    void drop_inputs(ir::Graph& graph, const std::set<int>& dropped) {
        std::set<const ir::Node*> gone;
        const std::vector<ir::Node*> inputs = graph.inputs();
        int64_t next = 0;
        for (size_t i = 0; i < inputs.size(); ++i) {
            const int operand = static_cast<int>(i) + (node_.is("cond") ? 1 : 0);
            if (dropped.contains(operand)) {
                gone.insert(inputs[i]);
                continue;
            }
            inputs[i]->attrs().set("name", "x" + std::to_string(next));
            inputs[i]->attrs().set("index", Dim(next++));
        }
        for (auto& node : graph.take_nodes()) {
            if (!gone.contains(node.get())) graph.push(std::move(node));
        }
        graph.number();
    }

    ir::Node& node_;
};

}  // namespace

bool prune_regions(ir::Graph& graph) {
    const std::set<Key> used = used_values(graph);
    std::map<const ir::Node*, std::vector<int>> places;
    bool changed = false;
    for (const auto& node : graph.nodes()) {
        if (!ir::has_regions(*node)) continue;
        const size_t results = node->types().size();
        places[node.get()] = Pruner(*node).drop_results(used);
        changed |= node->types().size() != results;
        for (int r = 0; r < ir::region_count(*node); ++r) {
            changed |= node->body(r)->erase_dead() > 0;
        }
        changed |= Pruner(*node).drop_operands();
    }
    const auto current = [&](ir::Value value) {
        const auto at = places.find(value.node);
        if (at != places.end()) value.index = at->second[static_cast<size_t>(value.index)];
        return value;
    };
    for (const auto& node : graph.nodes()) {
        for (int i = 0; i < node->input_count(); ++i) node->set_input(i, current(node->input(i)));
    }
    for (ir::Output& output : graph.outputs) output.value = current(output.value);
    return changed;
}

}  // namespace lithe::passes
