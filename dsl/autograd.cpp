#include "dsl/autograd.h"

#include <algorithm>
#include <atomic>
#include <cctype>
#include <map>
#include <queue>

#include "dsl/autograd/modes.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

thread_local bool grad_enabled = true;
thread_local bool anomaly_enabled = false;

using NodePtr = std::shared_ptr<GradNode>;

/// One backward pass: nodes in falling creation order, which is a topological order.
class Engine {
public:
    Engine(bool retain_graph, bool create_graph)
        : retain_graph_(retain_graph), create_graph_(create_graph) {}

    /// Gradients of these nodes' results are kept for the caller instead of accumulated.
    void capture(const NodePtr& node) { captured_nodes_.push_back(node.get()); }

    /// Gradients are accumulated in these leaves alone.
    void restrict_to(const NodePtr& node) { accumulated_.push_back(node.get()); }

    void start(const Tensor& root, const Tensor& gradient) {
        const ValuePtr value = root.value();
        autograd::check_unwritten(*value);
        arrive(value->grad_node, value->grad_output, gradient);
    }

    void run() {
        const bool before = GradMode::is_enabled();
        GradMode::set_enabled(create_graph_);
        try {
            while (!queue_.empty()) {
                const NodePtr node = queue_.top().node;
                queue_.pop();
                visit(node);
            }
        } catch (...) {
            GradMode::set_enabled(before);
            throw;
        }
        GradMode::set_enabled(before);
    }

    Tensor gradient_of(const NodePtr& node, int output) const {
        const auto at = captured_.find(node.get());
        if (at == captured_.end()) return {};
        return at->second[static_cast<size_t>(output)];
    }

private:
    struct Entry {
        NodePtr node;
        bool operator<(const Entry& other) const { return node->serial < other.node->serial; }
    };

    void arrive(const NodePtr& node, int output, const Tensor& gradient) {
        auto [at, is_new] = pending_.try_emplace(node.get());
        if (is_new) queue_.push({node});
        const auto index = static_cast<size_t>(output);
        if (at->second.size() <= index) at->second.resize(index + 1);
        Tensor& sum = at->second[index];
        sum = sum.defined() ? sum + gradient : gradient;
    }

    void visit(const NodePtr& node) {
        Tensors gradients = std::move(pending_[node.get()]);
        pending_.erase(node.get());
        gradients.resize(std::max<size_t>({gradients.size(), node->output_values.size(), 1}));
        run_hooks(*node, gradients);
        const bool is_captured = std::find(captured_nodes_.begin(), captured_nodes_.end(),
                                           node.get()) != captured_nodes_.end();
        if (is_captured) captured_[node.get()] = gradients;
        if (const auto leaf = node->leaf.lock()) {
            const bool is_wanted =
                accumulated_.empty() || std::find(accumulated_.begin(), accumulated_.end(),
                                                  node.get()) != accumulated_.end();
            if (captured_nodes_.empty() && is_wanted) {
                accumulate(*leaf, gradients[0]);
                const auto hooks = leaf->accumulate_hooks;  // a hook may remove itself
                for (const auto& hook : hooks) {
                    if (hook) hook(Tensor(leaf));
                }
            }
            return;
        }
        if (node->next.empty()) return;
        spread(node, gradients);
    }

    void run_hooks(GradNode& node, Tensors& gradients) {
        for (size_t i = 0; i < node.hooks.size() && i < gradients.size(); ++i) {
            const auto hooks = node.hooks[i];  // a hook may remove itself
            for (const auto& hook : hooks) {
                if (!hook || !gradients[i].defined()) continue;
                const Tensor changed = hook(gradients[i]);
                if (changed.defined()) gradients[i] = changed;
            }
        }
        for (size_t i = 0; i < node.retained.size() && i < gradients.size(); ++i) {
            const auto impl = node.retained[i].lock();
            if (impl && gradients[i].defined()) accumulate(*impl, gradients[i]);
        }
    }

    void accumulate(TensorImpl& leaf, const Tensor& gradient) const {
        if (!leaf.grad.defined()) {
            leaf.grad = create_graph_ ? gradient : gradient.detach().clone();
        } else if (create_graph_) {
            leaf.grad = leaf.grad + gradient;
        } else {
            leaf.grad.assign(leaf.grad.detach() + gradient);
        }
    }

    void spread(const NodePtr& node, const Tensors& gradients) {
        if (node->released) {
            throw UserError(
                "backward.twice",
                "backward: Trying to backward through the graph a second time; this graph was "
                "already used by a backward(); pass retain_graph = true to the first one");
        }
        check_versions(*node);
        Tensors results;
        if (node->custom) {
            results = node->custom(gradients);
        } else {
            Tensors outputs;
            for (size_t i = 0; i < node->output_values.size(); ++i) {
                auto linked = std::make_shared<Value>(*node->output_values[i]);
                linked->grad_node = node;
                linked->grad_output = static_cast<int>(i);
                outputs.push_back(Tensor::from(ValuePtr(std::move(linked))));
            }
            results = node->call.op->gradient(
                GradientCall{node->call, node->inputs, outputs, gradients, node->needs});
        }
        if (anomaly_enabled) check_no_nan(*node, results);
        for (size_t i = 0; i < results.size() && i < node->next.size(); ++i) {
            if (!node->next[i] || !results[i].defined()) continue;
            const TensorType& wanted = node->call.inputs[i];
            Tensor gradient = results[i];
            if (!same(gradient.sizes(), wanted.shape)) gradient = sum_to(gradient, wanted.shape);
            if (gradient.dtype() != wanted.dtype) gradient = gradient.to(wanted.dtype);
            arrive(node->next[i], node->next_output[i], gradient);
        }
        if (!retain_graph_) release(*node);
    }

    static void check_versions(const GradNode& node) {
        for (size_t i = 0; i < node.versions.size(); ++i) {
            const ValuePtr value = node.inputs[i].impl()->cell->value;
            if (value->is_symbolic() || value->array.version() == node.versions[i]) continue;
            throw UserError(
                "backward.modified",
                "backward: one of the variables needed for gradient computation has been modified "
                "by an inplace operation: operand " +
                    std::to_string(i) + " of " + lithe::str(node.call));
        }
    }

    static void check_no_nan(const GradNode& node, const Tensors& results) {
        for (size_t i = 0; i < results.size(); ++i) {
            if (!results[i].defined() || results[i].is_symbolic() ||
                !results[i].is_floating_point())
                continue;
            if (!any(results[i].detach().isnan()).item<bool>()) continue;
            const std::string what =
                node.call.op ? lithe::str(node.call) : "a function of the author";
            throw UserError("backward.nan", "backward: Function '" + what +
                                                "' returned nan values in its " +
                                                std::to_string(i) + "th output");
        }
    }

    static void release(GradNode& node) {
        node.released = true;
        node.inputs.clear();
        node.versions.clear();
        node.output_values.clear();
        node.custom = nullptr;
    }

    bool retain_graph_, create_graph_;
    std::priority_queue<Entry> queue_;
    std::map<const GradNode*, Tensors> pending_;
    std::vector<const GradNode*> captured_nodes_, accumulated_;
    std::map<const GradNode*, Tensors> captured_;
};

Tensor start_gradient(const Tensor& root, const Tensor& given) {
    if (!root.requires_grad()) {
        throw UserError("backward.no_grad",
                        "backward: element 0 of tensors does not require grad and does "
                        "not have a grad_fn: nothing it was computed from requires "
                        "grad, or no_grad was on");
    }
    if (given.defined()) {
        if (!same(given.sizes(), root.sizes())) {
            throw UserError("backward.shape", "backward: the gradient has shape " +
                                                  str(given.sizes()) + ", the tensor " +
                                                  str(root.sizes()));
        }
        return given;
    }
    if (!root.numel().is_constant(1)) {
        throw UserError(
            "backward.not_scalar",
            "backward: grad can be implicitly created only for scalar outputs, this one is " +
                root.type().str());
    }
    return ones_like(root);
}

/// The node at which the gradient of `tensor` arrives; a leaf gets its end node.
NodePtr node_of(const Tensor& tensor) { return tensor.value()->grad_node; }

}  // namespace

std::string GradNode::name() const {
    if (passes_on) return passes_on;
    if (leaf.lock()) return "AccumulateGrad";
    if (!call.op) return "FunctionBackward";
    std::string text;
    bool starts_word = true;
    for (const char c : call.op->name) {
        if (c != '_') text += starts_word ? static_cast<char>(std::toupper(c)) : c;
        starts_word = c == '_';
    }
    return text + "Backward0";
}

uint64_t next_grad_serial() {
    static std::atomic<uint64_t> serial{0};
    return ++serial;
}

bool GradMode::is_enabled() { return grad_enabled; }
void GradMode::set_enabled(bool on) { grad_enabled = on; }
bool autograd::AnomalyMode::is_enabled() { return anomaly_enabled; }
void autograd::AnomalyMode::set_enabled(bool on) { anomaly_enabled = on; }

namespace autograd {

void backward(const Tensors& tensors, const Tensors& gradients, std::optional<bool> retain_graph,
              bool create_graph, const Tensors& inputs) {
    Engine engine(retain_graph.value_or(false) || create_graph, create_graph);
    for (const Tensor& input : inputs) {
        if (!input.requires_grad() || !input.is_leaf()) {
            throw UserError(
                "backward.inputs",
                "backward: an input is no leaf that requires grad: " + input.type().str());
        }
        engine.restrict_to(node_of(input));
    }
    for (size_t i = 0; i < tensors.size(); ++i) {
        const Tensor given = i < gradients.size() ? gradients[i] : Tensor();
        engine.start(tensors[i], start_gradient(tensors[i], given));
    }
    engine.run();
}

Tensors grad(const Tensors& outputs, const Tensors& inputs, const Tensors& grad_outputs,
             std::optional<bool> retain_graph, bool create_graph, bool allow_unused) {
    Engine engine(retain_graph.value_or(false) || create_graph, create_graph);
    for (const Tensor& input : inputs) {
        if (!input.requires_grad()) {
            throw UserError(
                "autograd.no_grad",
                "autograd.grad: One of the differentiated Tensors does not require grad");
        }
        engine.capture(node_of(input));
    }
    for (size_t i = 0; i < outputs.size(); ++i) {
        const Tensor given = i < grad_outputs.size() ? grad_outputs[i] : Tensor();
        engine.start(outputs[i], start_gradient(outputs[i], given));
    }
    engine.run();
    Tensors results;
    for (const Tensor& input : inputs) {
        const ValuePtr v = input.value();
        results.push_back(engine.gradient_of(v->grad_node, v->grad_output));
        if (!results.back().defined() && !allow_unused) {
            throw UserError(
                "autograd.unused",
                "autograd.grad: One of the differentiated Tensors appears to not have been used in "
                "the graph: input " +
                    std::to_string(results.size() - 1) +
                    ". Set allow_unused=True if this is the desired behavior");
        }
    }
    return results;
}

Tensors attach(const Tensors& values, const Tensors& inputs,
               std::function<std::vector<Tensor>(std::span<const Tensor>)> gradient) {
    auto node = std::make_shared<GradNode>();
    node->custom = std::move(gradient);
    bool wanted = false;
    for (const Tensor& input : inputs) {
        const ValuePtr v = input.value();
        check_unwritten(*v);
        node->call.inputs.push_back(v->type);
        node->next.push_back(v->grad_node);
        node->next_output.push_back(v->grad_output);
        node->needs.push_back(v->grad_node != nullptr);
        wanted |= v->grad_node != nullptr;
    }
    if (!wanted || !GradMode::is_enabled()) return values;
    node->serial = next_grad_serial();
    Tensors linked;
    for (size_t i = 0; i < values.size(); ++i) {
        auto value = std::make_shared<Value>(*values[i].value());
        value->grad_node = nullptr;
        node->output_values.push_back(std::make_shared<Value>(*value));
        value->grad_node = node;
        value->grad_output = static_cast<int>(i);
        linked.push_back(Tensor::from(ValuePtr(std::move(value))));
    }
    return linked;
}

}  // namespace autograd
}  // namespace lithe
