#include "compiler/trace/graph_tracer.h"

#include <algorithm>
#include <exception>
#include <new>

#include "compiler/ir/ops.h"
#include "compiler/trace/output_names.h"
#include "dsl/author_line.h"
#include "dsl/autograd.h"
#include "runtime/error.h"

namespace lithe::tracing {
namespace {

/// Bools that one run of forward() may ask for.
constexpr size_t most_decisions = 32;

}  // namespace

GraphTracer::GraphTracer(ir::Program& program, ir::Graph& graph, nn::Module& root,
                         bool records_creation)
    : program_(program), graph_(graph), root_(root), records_creation_(records_creation) {
    frames_.emplace_back();
    frames_.back().graph = &graph;
    int index = 0;
    for (const auto& [path, module] : root.named_modules()) module_index_[module.get()] = index++;
}

void GraphTracer::run(const Forward& forward, const std::vector<InputSpec>& inputs) {
    const Scope scope(this);
    const Tensors arguments = symbolic_inputs(inputs);
    try {
        const StateScope state(*this);
        const NoGradGuard no_grad;
        const NamedTensors results = forward(arguments);
        collect_outputs(results);
        const std::vector<Fields::Change> changes = state.fields().changes();
        collect_state(changes);
        collect_fields(changes);
    } catch (const UserError& error) {
        rethrow_with_place(error);
    } catch (const Error&) {
        throw;
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception& error) {
        rethrow_with_module(error);
    }
    resolve_lines();
    insert_boundaries(graph_, frame().events);
}

Tensors GraphTracer::symbolic_inputs(const std::vector<InputSpec>& inputs) {
    Tensors arguments;
    for (const InputSpec& input : inputs) {
        arguments.push_back(Tensor::from(symbolic(graph_.add_input(input.name, input.type))));
    }
    return arguments;
}

void GraphTracer::note_error() {
    error_call_ = open_calls_.empty() ? -1 : open_calls_.back();
    error_stack_ = capture_stack();
}

void GraphTracer::rethrow_with_place(const UserError& error) {
    const std::string_view whole = error.what();
    const std::string id = " [" + error.id() + "]";
    if (!whole.ends_with(id)) throw;
    throw UserError(error.id(), whole.substr(0, whole.size() - id.size()),
                    where(error_call_, error_stack_));
}

void GraphTracer::rethrow_with_module(const std::exception& error) const {
    std::throw_with_nested(UserError(
        "trace.exception", "forward() threw: " + std::string(error.what()), where(thrown_in_, {})));
}

void GraphTracer::make_symbolic_state() {
    auto add = [&](const std::string& key, const Tensor& tensor, bool is_buffer) {
        StateTensor state;
        state.tensor = tensor;
        state.before = tensor.impl()->cell->value;
        state.key = key;
        state.is_buffer = is_buffer;
        state.node = graph_.add_node(ir::parameter_op, {}, {{"key", key}}, tensor.type())->value();
        state_.push_back(std::move(state));
    };
    for (const auto& [key, tensor] : root_.named_parameters()) add(key, tensor, false);
    for (const auto& [key, tensor] : root_.named_buffers()) add(key, tensor, true);
    for (StateTensor& state : state_) {
        Cell& cell = *state.tensor.impl()->cell;
        cell.value = symbolic(state.node);
        ++cell.version;
    }
}

void GraphTracer::restore_state() {
    for (StateTensor& state : state_) {
        Cell& cell = *state.tensor.impl()->cell;
        cell.value = state.before;
        ++cell.version;
    }
}

void GraphTracer::collect_outputs(const NamedTensors& results) {
    OutputNames names;
    for (size_t i = 0; i < results.size(); ++i) {
        if (!results[i].defined()) {
            throw UserError("trace.output", "trace: result " + std::to_string(i) +
                                                " of forward() is an undefined tensor");
        }
        const std::string name = i < results.names.size() ? results.names[i] : std::string();
        graph_.outputs.push_back({names.next(name, i), value_of(results[i].value()), {}});
    }
}

ValuePtr GraphTracer::symbolic(ir::Value value) {
    auto result = std::make_shared<Value>();
    result->type = value.type();
    result->tracer = this;
    result->id = static_cast<int64_t>(values_.size());
    values_.push_back({value, frame().id});
    return result;
}

ir::Value GraphTracer::value_of(const ValuePtr& value) {
    if (!value->is_symbolic()) return constant(value);
    const Known& known = values_[static_cast<size_t>(value->id)];
    for (size_t i = frames_.size(); i-- > 0;) {
        if (frames_[i].id != known.frame) continue;
        return i + 1 == frames_.size() ? known.value : captured(value, i);
    }
    refuse_region_value(*value);
}

void GraphTracer::refuse_region_value(const Value& value) const {
    throw UserError("trace.region_value",
                    "trace: a " + value.type.str() +
                        " that was computed in the body of a loop or a branch is used outside of "
                        "it; give it back as a result",
                    where(capture_stack()));
}

ir::Value GraphTracer::constant(const ValuePtr& value) {
    auto& constants = frame().constants;
    if (const auto at = constants.find(value.get()); at != constants.end()) return at->second;
    if (value->grad_node) {
        throw UserError("trace.unregistered_parameter",
                        "trace: a " + value->type.str() +
                            " that requires grad takes part in forward(), but is no parameter of "
                            "the model: make it a member of the module, or detach() it",
                        where(capture_stack()));
    }
    const ir::Value node =
        frame().graph->add(ir::constant_op, {}, {{"value", value->array.clone()}});
    kept_.push_back(value);
    return constants[value.get()] = node;
}

std::vector<int64_t> GraphTracer::record(const OpCall& call, std::span<const ValuePtr> inputs,
                                         const TensorTypes& types) {
    std::vector<ir::Value> operands;
    for (const ValuePtr& input : inputs) operands.push_back(value_of(input));
    ir::Node* node =
        call.op->is(Trait::random)
            ? add_draw(call, types)
            : frame().graph->add_node(*call.op, std::move(operands), call.attrs, types);
    return results_of(*node);
}

std::vector<int64_t> GraphTracer::results_of(ir::Node& node) {
    constexpr size_t most_nodes = 250'000;  // beyond, a loop has no end, or passes would not
    node.module_call = open_calls_.empty() ? -1 : open_calls_.back();
    stacks_.emplace_back(&node, capture_stack());
    if (stacks_.size() > most_nodes) {
        throw UserError("trace.too_long",
                        "trace: forward() records more than " + std::to_string(most_nodes) +
                            " operations, the last is " + std::string(node.name()) +
                            "; a loop that never ends, or one for lithe::scan()",
                        where(stacks_.back().second));
    }
    std::vector<int64_t> ids;
    for (int i = 0; i < static_cast<int>(node.types().size()); ++i) {
        ids.push_back(static_cast<int64_t>(values_.size()));
        values_.push_back({node.value(i), frame().id});
    }
    return ids;
}

ir::Node* GraphTracer::add_draw(const OpCall& call, const TensorTypes& types) {
    if (frames_.size() > 1) {
        throw UserError("trace.random_in_region",
                        "trace: " + std::string(call.op->name) +
                            " in the body of a loop or a branch would draw the same numbers in "
                            "every round; draw before it and give it slices",
                        where(capture_stack()));
    }
    if (draws_.empty())
        random_state_ =
            graph_.add_node(ir::random_state_op, {}, {}, TensorType{DType::i64, {2}})->value();
    Attrs attrs = call.attrs;
    attrs.erase("seed");
    attrs.set("stream", Dim(static_cast<int64_t>(draws_.size())));
    draws_.push_back(graph_.add_node(*call.op, {random_state_}, attrs, types));
    for (ir::Node* draw : draws_)
        draw->attrs().set("draws", Dim(static_cast<int64_t>(draws_.size())));
    return draws_.back();
}

bool GraphTracer::has_escaped(const Dim& dim, int64_t value) const {
    const auto is_dim = [&](const Dim& other) { return same(other, dim); };
    return program_.sample_of(dim) == value &&
           std::any_of(escaped_sizes_.begin(), escaped_sizes_.end(), is_dim);
}

int64_t GraphTracer::escape(const Dim& dim) {
    const std::optional<int64_t> value = program_.sample_of(dim);
    if (!value) {
        throw UserError("trace.symbol",
                        "trace: the size '" + dim.str() + "' has no declared range");
    }
    const auto is_dim = [&](const Dim& other) { return same(other, dim); };
    if (std::none_of(escaped_sizes_.begin(), escaped_sizes_.end(), is_dim)) {
        escaped_sizes_.push_back(dim);
    }
    return *value;
}

double GraphTracer::scalar(const Value& value) {
    if (value.type.dtype == DType::boolean) return decide(value) ? 1 : 0;
    throw UserError("trace.scalar",
                    "trace: forward() asks for the number in a " + value.type.str() +
                        " that is known only when the model runs (item<T>(), toFloat()); branch "
                        "on item() itself, as in 'if (x.item() > 0)', compute with the tensor, or "
                        "choose between tensors by where()",
                    where(capture_stack()));
}

bool GraphTracer::decide(const Value& flag) {
    const std::vector<void*> stack = capture_stack();
    if (frames_.size() > 1) {
        throw UserError("trace.branch_in_region",
                        "trace: the body of a loop or a branch asks for a bool that is known only "
                        "when the model runs; use lithe::cond() there",
                        where(stack));
    }
    if (decisions_.size() >= most_decisions) {
        throw UserError("trace.too_many_branches",
                        "trace: forward() asks for more than " + std::to_string(most_decisions) +
                            " bools that are known only when the model runs; a loop that lasts as "
                            "long as data say is lithe::while_loop()",
                        where(stack));
    }
    const Known& known = values_[static_cast<size_t>(flag.id)];
    if (known.frame != frame().id) refuse_region_value(flag);
    ir::Value one = known.value;
    if (flag.type.rank() > 0) one = graph_.add("reshape", {one}, {{"shape", Shape{}}});
    ir::Node* mark = graph_.add_node(ir::cond_op, {one}, {}, {});
    mark->module_call = open_calls_.empty() ? -1 : open_calls_.back();
    stacks_.emplace_back(mark, stack);
    const bool answer = decisions_.size() >= answers_.size() || answers_[decisions_.size()];
    decisions_.push_back({answer, program_.calls.size(), stack});
    return answer;
}

void GraphTracer::enter_module(nn::Module& module, std::span<const ValuePtr> inputs) {
    thrown_in_ = -1;
    const auto at = module_index_.find(&module);
    if (at == module_index_.end()) {
        throw UserError("trace.unregistered_module",
                        "trace: a " + module.name() +
                            " is called that cannot be reached by name from the model: make it a "
                            "member",
                        where(capture_stack()));
    }
    const int call = static_cast<int>(program_.calls.size());
    program_.calls.push_back({at->second, open_calls_.empty() ? -1 : open_calls_.back()});
    std::vector<ir::Value> values = known_values(inputs);  // may add nodes
    frame().events.push_back({frame().graph->nodes().size(), call, true, std::move(values)});
    open_calls_.push_back(call);
}

void GraphTracer::exit_module(nn::Module&, std::span<const ValuePtr> outputs) {
    std::vector<ir::Value> values = known_values(outputs);
    frame().events.push_back(
        {frame().graph->nodes().size(), open_calls_.back(), false, std::move(values)});
    // The innermost call that an exception leaves is the first one that it leaves.
    const bool is_left = std::uncaught_exceptions() > exceptions_before_;
    if (!is_left) thrown_in_ = -1;
    if (is_left && thrown_in_ < 0) thrown_in_ = open_calls_.back();
    open_calls_.pop_back();
}

std::vector<ir::Value> GraphTracer::known_values(std::span<const ValuePtr> values) {
    std::vector<ir::Value> result;
    for (const ValuePtr& value : values) {
        // One that requires grad is refused where an op takes it.
        if (value && (value->is_symbolic() || !value->grad_node)) result.push_back(value_of(value));
    }
    return result;
}

std::string GraphTracer::where(const std::vector<void*>& stack) const {
    return where(open_calls_.empty() ? -1 : open_calls_.back(), stack);
}

std::string GraphTracer::where(int call_index, const std::vector<void*>& stack) const {
    std::string text = "  in ";
    if (call_index >= 0) {
        const ir::ModuleCall& call = program_.calls[static_cast<size_t>(call_index)];
        const ir::ModuleInfo& module = program_.modules[static_cast<size_t>(call.module)];
        if (!module.path.empty()) text += module.path + " (" + module.class_name + "), ";
    }
    text += "forward() of " + program_.modules[0].class_name;
    const std::string line = author_line(stack);
    return line.empty() ? text : text + ", " + line;
}

void GraphTracer::resolve_lines() {
    for (auto& [node, stack] : stacks_) node->line = author_line(stack);
}

}  // namespace lithe::tracing
