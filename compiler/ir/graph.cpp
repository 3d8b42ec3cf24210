#include "compiler/ir/graph.h"

#include <algorithm>
#include <map>
#include <set>

#include "compiler/ir/ops.h"
#include "compiler/ir/regions.h"
#include "runtime/error.h"

namespace lithe::ir {

const TensorType& Value::type() const { return node->type(index); }

void Node::add_body(std::unique_ptr<Graph> body) { bodies_.push_back(std::move(body)); }

OpCall Node::call() const {
    OpCall call;
    call.op = op_;
    call.attrs = attrs_;
    for (const Value& input : inputs_) call.inputs.push_back(input.type());
    return call;
}

std::unique_ptr<Graph> Graph::clone() const {
    auto copy = std::make_unique<Graph>();
    copy->name = name;
    std::map<const Node*, Node*> twin;
    auto mapped = [&](const Value& v) { return Value{twin.at(v.node), v.index}; };
    for (const auto& node : nodes_) {
        std::vector<Value> inputs;
        for (const Value& input : node->inputs_) inputs.push_back(mapped(input));
        Node* added = copy->add_node(*node->op_, inputs, node->attrs_, node->types_);
        added->module_call = node->module_call;
        added->line = node->line;
        for (const auto& body : node->bodies_) added->add_body(body->clone());
        twin[node.get()] = added;
    }
    for (const Output& output : outputs) {
        copy->outputs.push_back({output.name, mapped(output.value), output.buffer});
    }
    copy->number();
    return copy;
}

std::vector<Node*> Graph::inputs() const {
    std::vector<Node*> found;
    for (const auto& node : nodes_) {
        if (node->is("input")) found.push_back(node.get());
    }
    std::sort(found.begin(), found.end(), [](const Node* a, const Node* b) {
        return a->attrs().get_int("index") < b->attrs().get_int("index");
    });
    return found;
}

Value Graph::add_input(std::string_view input_name, const TensorType& type) {
    const Dim index = Dim(inputs().size());
    return add_node(input_op, {}, {{"index", index}, {"name", std::string(input_name)}}, type)
        ->value();
}

Value Graph::add(const Op& op, std::vector<Value> inputs, Attrs attrs) {
    OpCall call;
    call.op = &op;
    call.attrs = attrs;
    for (const Value& input : inputs) call.inputs.push_back(input.type());
    TensorTypes types = op.infer(call);
    return add_node(op, std::move(inputs), std::move(attrs), std::move(types))->value();
}

Value Graph::add(std::string_view op, std::vector<Value> inputs, Attrs attrs) {
    const Op* found = find_op(op);
    if (!found) throw InternalError("ir.unknown_op", "ir: no op '" + std::string(op) + "'");
    return add(*found, std::move(inputs), std::move(attrs));
}

Node* Graph::add_node(const Op& op, std::vector<Value> inputs, Attrs attrs, TensorTypes types) {
    auto node = std::make_unique<Node>();
    node->op_ = &op;
    node->inputs_ = std::move(inputs);
    node->attrs_ = std::move(attrs);
    node->types_ = std::move(types);
    node->id_ = static_cast<int>(nodes_.size());
    if (origin) {
        node->module_call = origin->module_call;
        node->line = origin->line;
    }
    nodes_.push_back(std::move(node));
    return nodes_.back().get();
}

void Graph::replace_uses(Value from, Value to) {
    for (const auto& node : nodes_) {
        for (Value& input : node->inputs_) {
            if (input == from) input = to;
        }
    }
    for (Output& output : outputs) {
        if (output.value == from) output.value = to;
    }
}

namespace {

/// Whether hooks may run inside of the node's regions.
bool has_marks(const Node& node) {
    for (int i = 0; i < region_count(node) && node.body(i); ++i) {
        for (const auto& inner : node.body(i)->nodes()) {
            if (inner->is("module_input") || has_marks(*inner)) return true;
        }
    }
    return false;
}

}  // namespace

int Graph::erase_dead() {
    for (const auto& node : nodes_) {
        if (!has_regions(*node)) continue;
        for (const auto& region : node->bodies_) region->erase_dead();
    }
    std::set<const Node*> live;
    for (const Output& output : outputs) live.insert(output.value.node);
    for (size_t i = nodes_.size(); i-- > 0;) {
        const Node* node = nodes_[i].get();
        // A mark is there for hooks, whether or not its values are used.
        const bool is_kept = node->is("input") || node->is("module_input") ||
                             node->is("module_output") || has_marks(*node);
        if (!live.contains(node) && !is_kept) continue;
        live.insert(node);
        for (const Value& input : node->inputs_) live.insert(input.node);
    }
    const auto before = nodes_.size();
    std::erase_if(nodes_, [&](const std::unique_ptr<Node>& n) { return !live.contains(n.get()); });
    number();
    return static_cast<int>(before - nodes_.size());
}

std::vector<int> Graph::use_counts() const {
    std::vector<int> counts(nodes_.size(), 0);
    for (const auto& node : nodes_) {
        for (const Value& input : node->inputs_) ++counts[static_cast<size_t>(input.node->id())];
    }
    for (const Output& output : outputs) ++counts[static_cast<size_t>(output.value.node->id())];
    return counts;
}

std::vector<std::unique_ptr<Node>> Graph::drop_from(size_t size) {
    std::vector<std::unique_ptr<Node>> rest;
    for (size_t i = size; i < nodes_.size(); ++i) rest.push_back(std::move(nodes_[i]));
    nodes_.resize(size);
    return rest;
}

void Graph::number() {
    for (size_t i = 0; i < nodes_.size(); ++i) {
        nodes_[i]->id_ = static_cast<int>(i);
        for (const auto& body : nodes_[i]->bodies_) body->number();
    }
}

bool rewrite(Graph& graph, const std::function<Value(Node&)>& replace) {
    std::map<const Node*, Value> replaced;
    // Replaced nodes stay alive until the end: the rule may still look at their producers' results.
    std::vector<std::unique_ptr<Node>> dropped;
    auto current = [&](Value v) {
        const auto at = replaced.find(v.node);
        return at != replaced.end() && v.index == 0 ? at->second : v;
    };
    for (std::unique_ptr<Node>& node : graph.take_nodes()) {
        for (int i = 0; i < node->input_count(); ++i) node->set_input(i, current(node->input(i)));
        const size_t size = graph.nodes().size();
        graph.origin = node.get();
        const Value instead = replace(*node);
        graph.origin = nullptr;
        if (!instead) {  // what a rule has added before it gave up
            for (auto& added : graph.drop_from(size)) dropped.push_back(std::move(added));
        }
        if (instead && instead.node != node.get()) {
            replaced[node.get()] = instead;
            dropped.push_back(std::move(node));
        } else {
            graph.push(std::move(node));
        }
    }
    for (Output& output : graph.outputs) output.value = current(output.value);
    graph.number();
    return !replaced.empty();
}

const Op* find_op(std::string_view name) {
    if (const Op* op = lithe::find_op(name)) return op;
    for (const Op* op : compiler_ops()) {
        if (op->name == name) return op;
    }
    return nullptr;
}

}  // namespace lithe::ir
