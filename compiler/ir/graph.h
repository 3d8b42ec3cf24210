#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dsl/op.h"

namespace lithe::ir {

class Graph;
class Node;

/// One result of a node.
struct Value {
    Node* node = nullptr;
    int index = 0;

    explicit operator bool() const { return node != nullptr; }
    bool operator==(const Value&) const = default;
    const TensorType& type() const;
    Node* producer() const { return node; }
};

/// One use of an op in a graph.
class Node {
public:
    const Op& op() const { return *op_; }
    std::string_view name() const { return op_->name; }
    bool is(std::string_view name) const { return op_->name == name; }
    bool is(Trait fact) const { return op_->is(fact); }
    /// Position in its graph after the last renumbering; also its name in the text form.
    int id() const { return id_; }

    const std::vector<Value>& inputs() const { return inputs_; }
    Value input(int i) const { return inputs_[static_cast<size_t>(i)]; }
    int input_count() const { return static_cast<int>(inputs_.size()); }
    void set_input(int i, Value value) { inputs_[static_cast<size_t>(i)] = value; }
    void set_inputs(std::vector<Value> values) { inputs_ = std::move(values); }
    const TensorTypes& types() const { return types_; }
    void set_types(TensorTypes types) { types_ = std::move(types); }
    const TensorType& type(int i = 0) const { return types_[static_cast<size_t>(i)]; }
    Value value(int i = 0) { return {this, i}; }

    const Attrs& attrs() const { return attrs_; }
    Attrs& attrs() { return attrs_; }
    /// The body of a structured node: a group, a branch, a loop; null for others.
    Graph* body(int i = 0) const {
        return static_cast<size_t>(i) < bodies_.size() ? bodies_[static_cast<size_t>(i)].get()
                                                       : nullptr;
    }
    void add_body(std::unique_ptr<Graph> body);
    /// The call as the op's functions see it.
    OpCall call() const;

    int module_call = -1;  ///< index into Program::calls, -1 outside of any
    std::string line;      ///< `model.h:42` in the author's source, where known

private:
    friend class Graph;
    const Op* op_ = nullptr;
    std::vector<Value> inputs_;
    TensorTypes types_;
    Attrs attrs_;
    std::vector<std::unique_ptr<Graph>> bodies_;
    int id_ = -1;
};

/// What a graph gives back: a named result, or the new value of a buffer (`buffer` is its key).
struct Output {
    std::string name;
    Value value;
    std::string buffer;
};

/// Nodes in topological order, the inputs first. A node's operands are results of earlier nodes.
class Graph {
public:
    Graph() = default;
    Graph(const Graph&) = delete;
    Graph& operator=(const Graph&) = delete;
    std::unique_ptr<Graph> clone() const;

    std::string name = "forward";
    std::vector<Output> outputs;

    const std::vector<std::unique_ptr<Node>>& nodes() const { return nodes_; }
    /// The nodes of op `input`, in the order of their attribute `index`.
    std::vector<Node*> inputs() const;

    Value add_input(std::string_view name, const TensorType& type);
    /// Appends a node with inferred types. Errors: those of the op's infer.
    Value add(const Op& op, std::vector<Value> inputs, Attrs attrs = {});
    Value add(std::string_view op, std::vector<Value> inputs, Attrs attrs = {});
    /// Appends a node whose types are given: traced nodes, structured nodes.
    Node* add_node(const Op& op, std::vector<Value> inputs, Attrs attrs, TensorTypes types);

    void replace_uses(Value from, Value to);
    /// Drops nodes without uses that are neither inputs nor outputs; returns how many.
    int erase_dead();
    /// How often every value is used, outputs counted; indexed by node id (call number() first).
    std::vector<int> use_counts() const;
    /// Gives ids 0.. in order.
    void number();
    /// Moves the nodes out for rewrite().
    std::vector<std::unique_ptr<Node>> take_nodes() { return std::exchange(nodes_, {}); }
    /// Takes back the nodes from position `size` on.
    std::vector<std::unique_ptr<Node>> drop_from(size_t size);
    void push(std::unique_ptr<Node> node) { nodes_.push_back(std::move(node)); }

    /// Where nodes that are added now come from: set by rewrite() to the node being replaced.
    const Node* origin = nullptr;

private:
    std::vector<std::unique_ptr<Node>> nodes_;
};

/// Rebuilds the graph: every node, its operands already rewritten, is offered to `replace`, which
/// returns the value to take its place (made with graph.add) or none to keep it. Returns whether
/// anything was replaced.
bool rewrite(Graph& graph, const std::function<Value(Node& node)>& replace);

/// The op of that name among the dsl's and the compiler's own; null if there is none.
const Op* find_op(std::string_view name);

}  // namespace lithe::ir
