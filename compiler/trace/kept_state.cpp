// What forward() leaves behind it: buffers that it writes or puts other tensors into, and what it
// keeps in fields of another kind.
#include <algorithm>
#include <set>

#include "compiler/ir/ops.h"
#include "compiler/trace/graph_tracer.h"
#include "dsl/autograd.h"
#include "runtime/error.h"
#include "runtime/text.h"

namespace lithe::tracing {
namespace {

/// Whether a value is computed from what the graph is given, not from sizes and constants alone.
bool depends_on_inputs(const ir::Value& value) {
    std::set<const ir::Node*> seen;
    std::vector<const ir::Node*> open{value.producer()};
    while (!open.empty()) {
        const ir::Node* node = open.back();
        open.pop_back();
        if (!seen.insert(node).second) continue;
        if (node->is("input")) return true;
        for (const ir::Value& operand : node->inputs()) open.push_back(operand.producer());
    }
    return false;
}

[[noreturn]] void refuse_parameter_write(const std::string& key) {
    throw UserError("trace.parameter_write", "trace: forward() writes into the parameter '" + key +
                                                 "'; a buffer may be written");
}

bool uses(const ir::Graph& graph, const ir::Value& value) {
    const auto is_it = [&](const ir::Value& other) { return other == value; };
    for (const auto& node : graph.nodes()) {
        if (std::any_of(node->inputs().begin(), node->inputs().end(), is_it)) return true;
    }
    return std::any_of(graph.outputs.begin(), graph.outputs.end(),
                       [&](const ir::Output& output) { return output.value == value; });
}

}  // namespace

bool GraphTracer::is_state(const Tensor& tensor) const {
    return std::any_of(state_.begin(), state_.end(),
                       [&](const StateTensor& state) { return state.tensor.is_same(tensor); });
}

/// What is in the field of a parameter or buffer now.
Tensor GraphTracer::current(const StateTensor& state,
                            const std::vector<Fields::Change>& changes) const {
    for (const Fields::Change& change : changes) {
        if (change.before.is_same(state.tensor) && !change.now.is_same(state.tensor)) {
            return change.now;
        }
    }
    return state.tensor;
}

void GraphTracer::collect_state(const std::vector<Fields::Change>& changes) {
    for (const StateTensor& state : state_) {
        const Tensor tensor = current(state, changes);
        const bool is_put = !tensor.is_same(state.tensor);
        if (is_put && !state.is_buffer) refuse_parameter_write(state.key);
        if (is_put && (!tensor.defined() || tensor.type().str() != state.tensor.type().str())) {
            throw UserError("trace.buffer_type",
                            "trace: forward() puts " +
                                (tensor.defined() ? "a " + tensor.type().str()
                                                  : std::string("an undefined tensor")) +
                                " into the buffer " + quote(state.key) + ", which is a " +
                                state.tensor.type().str() + "; the type of a buffer cannot change");
        }
        const ir::Value now = value_of(is_put ? tensor.value() : tensor.impl()->cell->value);
        if (now == state.node) continue;
        if (!state.is_buffer) refuse_parameter_write(state.key);
        graph_.outputs.push_back({state.key, now, state.key});
    }
}

void GraphTracer::collect_fields(const std::vector<Fields::Change>& changes) {
    std::set<std::string> buffers;
    for (const auto& [key, tensor] :
         root_.named_buffers(nn::WalkOptions{.remove_duplicate = false}))
        buffers.insert(key);
    for (const Fields::Change& change : changes) {
        if (!change.now.defined() || is_state(change.before)) continue;
        if (buffers.contains(change.path) && !change.before.defined()) {
            throw UserError("trace.buffer_type",
                            "trace: forward() puts a " + change.now.type().str() +
                                " into the buffer " + quote(change.path) +
                                ", which is undefined before; give it a value in the constructor");
        }
        const ValuePtr value = change.now.value();
        if (!value->is_symbolic() || !depends_on_inputs(value_of(value))) continue;
        kept_fields_.push_back({change.path, change.now.type()});
    }
}

std::string GraphTracer::field_read_first(const Forward& forward,
                                          const std::vector<InputSpec>& inputs,
                                          const std::vector<KeptField>& kept) {
    const Scope scope(this);
    const Tensors arguments = symbolic_inputs(inputs);
    std::map<std::string, Tensor> marks;
    std::vector<ir::Value> values;
    for (const KeptField& field : kept) {
        values.push_back(graph_.add_input(field.path, field.type));
        marks[field.path] = Tensor::from(symbolic(values.back()));
    }
    {
        const StateScope state(*this);
        state.fields().put(marks);
        const NoGradGuard no_grad;
        collect_outputs(forward(arguments));
    }
    for (size_t i = 0; i < kept.size(); ++i) {
        if (uses(graph_, values[i])) return kept[i].path;
    }
    return {};
}

}  // namespace lithe::tracing
