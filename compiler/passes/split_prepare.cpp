#include <algorithm>
#include <map>
#include <set>

#include "compiler/ir/ops.h"
#include "compiler/ir/text.h"
#include "compiler/passes/fixed_values.h"
#include "compiler/passes/kinds.h"
#include "compiler/passes/passes.h"

namespace lithe::passes {
namespace {

/// Whether reading the value where it is used is better than storing it.
bool stays_at_use(const ir::Node& node, const std::vector<const ir::Node*>& users) {
    if (node.is(Trait::source) || node.input_count() == 0 || node.is("reshape")) return true;
    if (node.is("permute")) {
        return !users.empty() && std::all_of(users.begin(), users.end(), [](const ir::Node* user) {
            return user && is_anchor(*user);
        });
    }
    if (!node.is(Trait::elementwise) && !node.is(Trait::injective)) return false;
    int64_t operands = 0;
    for (const ir::Value& v : node.inputs()) operands += v.type().count().constant();
    return node.type().count().constant() > operands;
}

class Splitter {
public:
    Splitter(ir::Graph& graph, ir::Graph& prepare) : graph_(graph), prepare_(prepare) {}

    bool run() {
        for (const auto& node : graph_.nodes()) {
            for (const ir::Value& v : node->inputs()) users_[v.node].push_back(node.get());
        }
        for (const ir::Output& o : graph_.outputs) users_[o.value.node].push_back(nullptr);
        find_roots();
        if (roots_.empty()) return false;
        rebuild();
        return true;
    }

private:
    /// From the outputs backwards: a fixed value that is needed where it is not computed at load
    /// time is a root, or stays and needs its operands.
    void find_roots() {
        std::set<const ir::Node*> needed;
        for (const ir::Output& o : graph_.outputs) needed.insert(o.value.node);
        for (size_t i = graph_.nodes().size(); i-- > 0;) {
            const ir::Node& node = *graph_.nodes()[i];
            const bool is_fixed = fixed_.contains(node);
            if (is_fixed && !needed.contains(&node)) continue;
            if (is_fixed && !stays_at_use(node, users_[&node])) {
                roots_.insert(&node);
                continue;
            }
            for (const ir::Value& v : node.inputs()) needed.insert(v.node);
        }
    }

    void rebuild() {
        std::vector<std::unique_ptr<ir::Node>> dropped;
        std::map<const ir::Node*, std::vector<ir::Value>> instead;
        for (auto& node : graph_.take_nodes()) {
            for (int i = 0; i < node->input_count(); ++i) {
                const auto at = instead.find(node->input(i).node);
                if (at == instead.end()) continue;
                node->set_input(i, at->second[static_cast<size_t>(node->input(i).index)]);
            }
            if (!roots_.contains(node.get())) {
                graph_.push(std::move(node));
                continue;
            }
            for (int i = 0; i < static_cast<int>(node->types().size()); ++i) {
                instead[node.get()].push_back(read(*node, i));
            }
            dropped.push_back(std::move(node));
        }
        for (ir::Output& output : graph_.outputs) {
            const auto at = instead.find(output.value.node);
            if (at == instead.end()) continue;
            output.value = at->second[static_cast<size_t>(output.value.index)];
        }
        // What roots were computed from is still held by `dropped`; the sweep after the pass
        // removes what is left of it in the graph.
        graph_.erase_dead();
        prepare_.number();
    }

    /// A node that reads result `index` of a root at run time.
    ir::Value read(ir::Node& root, int index) {
        const ir::Value result = copy({&root, index});
        const auto position = [&]() -> size_t {
            for (size_t i = 0; i < prepare_.outputs.size(); ++i) {
                if (prepare_.outputs[i].value == result) return i;
            }
            prepare_.outputs.push_back({"", result, ""});
            return prepare_.outputs.size() - 1;
        }();
        ir::Node* node =
            graph_.add_node(ir::prepared_op, {}, {{"index", Dim(position)}}, root.type(index));
        node->module_call = root.module_call;
        node->line = root.line;
        return node->value();
    }

    /// The value in the prepare graph; equal computations of several graphs are one.
    ir::Value copy(ir::Value value) {
        if (const auto at = twins_.find(value.node); at != twins_.end()) {
            return {at->second, value.index};
        }
        const ir::Node& node = *value.node;
        if (node.is("prepared")) {
            return prepare_.outputs[static_cast<size_t>(node.attrs().get_int("index"))].value;
        }
        std::vector<ir::Value> inputs;
        for (const ir::Value& input : node.inputs()) inputs.push_back(copy(input));
        ir::Node* twin = nullptr;
        for (const auto& candidate : prepare_.nodes()) {
            if (is_same(node, *candidate, inputs)) twin = candidate.get();
        }
        if (!twin) {
            twin = prepare_.add_node(node.op(), inputs, node.attrs(), node.types());
            twin->module_call = node.module_call;
            twin->line = node.line;
        }
        twins_[&node] = twin;
        return {twin, value.index};
    }

    static bool is_same(const ir::Node& node, const ir::Node& candidate,
                        const std::vector<ir::Value>& inputs) {
        if (&node.op() != &candidate.op() || candidate.inputs() != inputs) return false;
        const auto& a = node.attrs().items();
        const auto& b = candidate.attrs().items();
        return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](auto& x, auto& y) {
            return x.first == y.first &&
                   ir::attr_text(x.second, true) == ir::attr_text(y.second, true);
        });
    }

    ir::Graph& graph_;
    ir::Graph& prepare_;
    FixedValues fixed_;
    std::set<const ir::Node*> roots_;
    std::map<const ir::Node*, std::vector<const ir::Node*>> users_;
    std::map<const ir::Node*, ir::Node*> twins_;
};

/// While weights are packed, their plain values are in memory too. So the largest parameters come
/// first, when they meet few packed ones, and all that is made of one comes at once.
class LargestFirst {
public:
    explicit LargestFirst(ir::Graph& prepare) : prepare_(prepare) {}

    void run() {
        std::vector<const ir::Node*> results;
        for (const ir::Output& output : prepare_.outputs) results.push_back(output.value.node);
        find_sources();
        std::stable_sort(results.begin(), results.end(),
                         [this](const ir::Node* a, const ir::Node* b) {
                             const Source &x = source_.at(a), &y = source_.at(b);
                             return x.bytes != y.bytes ? x.bytes > y.bytes : x.place < y.place;
                         });
        for (auto& node : prepare_.take_nodes()) {
            const ir::Node* key = node.get();
            order_.push_back(key);
            nodes_[key] = std::move(node);
        }
        for (const ir::Node* result : results) add(*result);
        for (const ir::Node* node : order_) add(*node);  // what no result needs
        prepare_.number();
    }

private:
    /// The largest parameter that something is made of.
    struct Source {
        int64_t bytes = 0;
        size_t place = 0;
    };

    void find_sources() {
        for (size_t place = 0; place < prepare_.nodes().size(); ++place) {
            const ir::Node& node = *prepare_.nodes()[place];
            Source& largest = source_[&node];
            if (node.is("parameter")) {
                const TensorType& type = node.type();
                largest = {type.count().constant() * size_bytes(type.dtype), place};
            }
            for (const ir::Value& input : node.inputs()) {
                const Source& own = source_.at(input.node);
                if (own.bytes > largest.bytes) largest = own;
            }
        }
    }

    void add(const ir::Node& node) {
        const auto at = nodes_.find(&node);
        if (at == nodes_.end() || !at->second) return;
        std::unique_ptr<ir::Node> own = std::move(at->second);
        for (const ir::Value& input : node.inputs()) add(*input.node);
        prepare_.push(std::move(own));
    }

    ir::Graph& prepare_;
    std::map<const ir::Node*, Source> source_;
    std::vector<const ir::Node*> order_;
    std::map<const ir::Node*, std::unique_ptr<ir::Node>> nodes_;
};

}  // namespace

bool split_prepare(ir::Program& program) {
    ir::Graph* prepare = program.graph("prepare");
    std::unique_ptr<ir::Graph> made;
    if (!prepare) {
        made = std::make_unique<ir::Graph>();
        made->name = "prepare";
        prepare = made.get();
    }
    bool changed = false;
    for (const char* name : {"forward", "forward_hooks"}) {
        ir::Graph* graph = program.graph(name);
        if (graph) changed |= Splitter(*graph, *prepare).run();
    }
    if (changed) LargestFirst(*prepare).run();
    if (changed && made) program.graphs.push_back(std::move(made));
    return changed;
}

}  // namespace lithe::passes
