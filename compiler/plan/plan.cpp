#include "compiler/plan/plan.h"

#include <algorithm>
#include <cstring>

#include "compiler/ir/regions.h"
#include "compiler/lower/in_place.h"
#include "compiler/plan/planner.h"
#include "runtime/error.h"

namespace lithe::plan {

using artifact::PlanValue;
using artifact::Space;
using artifact::Step;

artifact::Plan Planner::run() {
    plan_.name = graph_->name;
    frames_.push_back({});
    choose_outputs();
    add_nodes(*graph_);
    finish_outputs();
    lay_out();
    place_by_loops();
    return std::move(plan_);
}

/// Follows reshapes to the value whose memory they share.
ir::Value Planner::storage_of(ir::Value value) {
    while (value.node->is("reshape")) value = value.node->input(0);
    return value;
}

/// A result computed here is written straight into the caller's memory.
void Planner::choose_outputs() {
    for (size_t i = 0; i < graph_->outputs.size(); ++i) {
        const ir::Output& output = graph_->outputs[i];
        const ir::Value at = storage_of(output.value);
        const bool is_stacked = at.node->is("scan") && at.index >= ir::carry_count(*at.node);
        if (output.buffer.empty() && (at.node->is("group") || is_stacked)) {
            direct_.try_emplace(key(at), static_cast<int>(i));
        }
    }
}

int Planner::add_value(PlanValue value) {
    plan_.values.push_back(std::move(value));
    intervals_.push_back({});
    return static_cast<int>(plan_.values.size()) - 1;
}

int Planner::new_value(const TensorType& type, Space space, int index, int64_t offset) {
    PlanValue value;
    value.type = port_type(program_, type);
    value.space = space;
    value.index = index;
    value.offset = offset;
    return add_value(std::move(value));
}

int Planner::arena_value(const TensorType& type) {
    const int value = new_value(type, Space::arena, 0);
    int64_t size = size_bytes(type.dtype);
    for (const Dim& dim : type.shape) size *= upper_bound(program_, dim);
    Interval& interval = intervals_[static_cast<size_t>(value)];
    interval.size_bytes = std::max<int64_t>(size, 1);
    interval.first = interval.last = step_count();
    return value;
}

int Planner::result_value(ir::Value result) {
    int value = -1;
    if (const auto at = wanted_.find(key(result)); at != wanted_.end()) {
        value = use(at->second);
    } else if (const auto direct = direct_.find(key(result)); direct != direct_.end()) {
        value = new_value(result.type(), Space::output, direct->second);
    } else {
        value = parts_.contains(key(result)) ? part_value(result) : arena_value(result.type());
    }
    return values_[key(result)] = value;
}

int Planner::root_of(int value) const {
    for (auto at = alias_.find(value); at != alias_.end(); at = alias_.find(value)) {
        value = at->second;
    }
    return value;
}

int Planner::place_of(int value) const {
    for (;;) {
        value = root_of(value);
        const auto at = place_.find(value);
        if (at == place_.end()) return value;
        value = at->second;
    }
}

int Planner::use(int value) {
    const int root = root_of(value);
    const auto at = storages_.find(root);
    const std::vector<int> lies_in = at == storages_.end() ? std::vector<int>{root} : at->second;
    for (const int storage : lies_in) {
        Interval& interval = intervals_[static_cast<size_t>(storage)];
        interval.last = std::max(interval.last, step_count());
    }
    return value;
}

void Planner::add_nodes(const ir::Graph& graph) {
    const ir::Graph* outer = std::exchange(graph_, &graph);
    find_parts();
    for (const auto& node : graph.nodes()) add_node(*node);
    graph_ = outer;
}

void Planner::add_node(const ir::Node& node) {
    ir::Node& n = const_cast<ir::Node&>(node);
    if (node.is("input")) {
        if (values_.contains(key(n.value()))) return;  // of a region: bound by its node
        values_[key(n.value())] =
            new_value(node.type(), Space::input, static_cast<int>(node.attrs().get_int("index")));
    } else if (node.is("parameter")) {
        values_[key(n.value())] =
            new_value(node.type(), Space::slot, slot_index(node.attrs().get_string("key")));
    } else if (node.is("prepared")) {
        values_[key(n.value())] = new_value(node.type(), Space::prepared,
                                            static_cast<int>(node.attrs().get_int("index")));
    } else if (node.is("random_state")) {
        values_[key(n.value())] = new_value(node.type(), Space::random, 0);
    } else if (node.is("constant")) {
        values_[key(n.value())] =
            new_value(node.type(), Space::constant, 0,
                      add_constant(constants_, node.attrs().get_array("value")));
    } else if (node.is("reshape") && parts_.contains(key(n.value()))) {
        values_[key(n.value())] = part_value(n.value());
    } else if (node.is("reshape")) {
        add_alias(n.value(), node.input(0));
    } else if (node.is("cat")) {
        // Its parts are there, and so is it; a part of another cat is a view of that.
        if (!values_.contains(key(n.value()))) result_value(n.value());
    } else if (node.is("module_input") || node.is("module_output")) {
        add_boundary(n);
    } else if (node.is("group")) {
        add_kernel(n);
    } else if (node.is("scan")) {
        add_scan(n);
    } else if (node.is("while_loop")) {
        add_while(n);
    } else if (node.is("cond")) {
        add_cond(n);
    } else {
        throw InternalError(
            "plan.node", "plan: the node '" + std::string(node.name()) + "' has not been lowered");
    }
}

int Planner::slot_index(const std::string& name) const {
    for (size_t i = 0; i < program_.slots.size(); ++i) {
        if (program_.slots[i].key == name) return static_cast<int>(i);
    }
    throw InternalError("plan.slot", "plan: no parameter or buffer '" + name + "'");
}

void Planner::add_alias(ir::Value result, ir::Value operand) {
    const int of = values_.at(key(operand));
    PlanValue value = plan_.values[static_cast<size_t>(of)];
    value.type = port_type(program_, result.type());
    const int alias = add_value(std::move(value));
    alias_[alias] = of;
    values_[key(result)] = alias;
}

/// Hooks may write what they see, so a value that others use too is copied first.
void Planner::add_boundary(ir::Node& node) {
    const auto uses = graph_->use_counts();
    Step mark;
    mark.kind = node.is("module_input") ? Step::Kind::module_input : Step::Kind::module_output;
    mark.index = static_cast<int>(node.attrs().get_int("call"));
    for (int i = 0; i < node.input_count(); ++i) {
        const ir::Value operand = node.input(i);
        const bool own =
            operand.node->is("group") && uses[static_cast<size_t>(operand.node->id())] == 1 &&
            plan_.values[static_cast<size_t>(values_.at(key(operand)))].space == Space::arena;
        if (own) {
            add_alias(node.value(i), operand);
        } else {
            add_copy(node.value(i), operand);
        }
    }
    // A forward hook sees the inputs too, so they stay where they are until the call ends.
    std::vector<ir::Value>& inputs = inputs_of_call_[mark.index];
    if (node.is("module_output")) {
        for (const ir::Value input : inputs) mark.values.push_back(use(input));
    }
    mark.output_count = node.input_count();
    for (int i = 0; i < node.input_count(); ++i) {
        mark.values.push_back(use(node.value(i)));
        if (node.is("module_input")) inputs.push_back(node.value(i));
        // In a loop, what the last round gives can still be seen afterwards.
        frames_.back().kept.push_back(mark.values.back());
    }
    plan_.steps.push_back(std::move(mark));
}

void Planner::add_copy(ir::Value result, ir::Value operand) {
    const int to = arena_value(result.type());
    values_[key(result)] = to;
    add_copy_step(values_.at(key(operand)), to);
}

void Planner::add_copy_step(int from, int to) {
    Step copy;
    copy.kind = Step::Kind::copy;
    copy.values = {use(from), use(to)};
    plan_.steps.push_back(std::move(copy));
}

void Planner::add_kernel(ir::Node& node) {
    const KernelUse& kernel = kernels_.at(&node);
    Step step;
    step.kind = Step::Kind::kernel;
    step.index = kernel.index;
    for (const ir::Value& input : node.inputs()) step.values.push_back(use(input));
    const int operand = overwritten_operand(node);
    if (operand >= 0) add_alias(node.value(), node.input(operand));
    for (int i = 0; i < static_cast<int>(node.types().size()); ++i) {
        step.values.push_back(operand >= 0 ? values_.at(key(node.value()))
                                           : result_value(node.value(i)));
    }
    step.output_count = static_cast<int>(node.types().size());
    for (const std::string& name : kernel.symbols) {
        const auto at = std::find_if(program_.symbols.begin(), program_.symbols.end(),
                                     [&](const ir::Symbol& s) { return s.name == name; });
        step.symbols.push_back(static_cast<int>(at - program_.symbols.begin()));
    }
    plan_.steps.push_back(std::move(step));
}

/// An operand in whose place the kernel may write, and which nobody needs any more; -1: none.
int Planner::overwritten_operand(const ir::Node& node) const {
    const ir::Value result = const_cast<ir::Node&>(node).value();
    const bool has_place = wanted_.contains(key(result)) || direct_.contains(key(result)) ||
                           parts_.contains(key(result));
    // What a round of a loop hands on is placed by the loop.
    const bool is_handed_on =
        frames_.size() > 1 &&
        std::any_of(graph_->outputs.begin(), graph_->outputs.end(),
                    [&](const ir::Output& o) { return storage_of(o.value) == result; });
    if (has_place || is_handed_on) return -1;
    for (int i = 0; i < node.input_count(); ++i) {
        if (lower::may_overwrite(node, i) && dies_at(node.input(i), node)) return i;
    }
    return -1;
}

/// Whether the value is a kernel's result in memory of its own, and `node` the last to read it.
bool Planner::dies_at(ir::Value value, const ir::Node& node) const {
    if (!value.node->is("group") || parts_.contains(key(value))) return false;
    const int at = root_of(values_.at(key(value)));  // another kernel's result may have been there
    const bool is_own = plan_.values[static_cast<size_t>(at)].space == Space::arena &&
                        place_of(at) == at && !storages_.contains(at);
    if (!is_own) return false;
    for (const ir::Output& output : graph_->outputs) {
        if (output.value == value) return false;
    }
    for (const auto& reader : graph_->nodes()) {
        const auto& read = reader->inputs();
        if (std::find(read.begin(), read.end(), value) == read.end()) continue;
        const bool is_over = reader->is("group") && reader->id() <= node.id();
        if (!is_over) return false;
    }
    return true;
}

void Planner::finish_outputs() {
    for (size_t i = 0; i < graph_->outputs.size(); ++i) {
        const ir::Output& output = graph_->outputs[i];
        if (!output.buffer.empty()) {
            plan_.buffer_updates.push_back(slot_index(output.buffer));
            plan_.buffer_updates.push_back(use(output.value));
            continue;
        }
        const auto direct = direct_.find(key(storage_of(output.value)));
        if (direct != direct_.end() && direct->second == static_cast<int>(i)) {
            plan_.outputs.push_back(use(output.value));
            continue;
        }
        const int to = new_value(output.value.type(), Space::output, static_cast<int>(i));
        add_copy_step(values_.at(key(output.value)), to);
        plan_.outputs.push_back(to);
    }
}

void Planner::lay_out() {
    std::vector<Interval> arena;
    std::vector<int> owners;
    for (int i = 0; i < static_cast<int>(plan_.values.size()); ++i) {
        const bool is_own = plan_.values[static_cast<size_t>(i)].space == Space::arena &&
                            !alias_.contains(i) && !place_.contains(i);
        if (!is_own) continue;
        arena.push_back(intervals_[static_cast<size_t>(i)]);
        owners.push_back(i);
    }
    const Layout layout = plan_memory(arena);
    if (!is_valid(arena, layout)) {
        throw InternalError("plan.overlap",
                            "plan: the memory plan of " + graph_->name + " does not hold");
    }
    for (size_t i = 0; i < owners.size(); ++i) {
        plan_.values[static_cast<size_t>(owners[i])].offset = layout.offsets[i];
    }
    for (int i = 0; i < static_cast<int>(plan_.values.size()); ++i) {
        PlanValue& value = plan_.values[static_cast<size_t>(i)];
        const PlanValue& place = plan_.values[static_cast<size_t>(place_of(i))];
        value.space = place.space;
        value.index = place.index;
        value.offset = place.offset + (within_.contains(i) ? within_.at(i) : 0);
    }
    plan_.arena_bytes = layout.size_bytes;
    plan_.arena_lower_bound_bytes = layout.lower_bound_bytes;
}

int64_t add_constant(std::vector<std::byte>& constants, const Array& value) {
    constants.resize((constants.size() + alignment_bytes - 1) / alignment_bytes * alignment_bytes);
    const size_t offset = constants.size();
    const Array dense = value.dense();
    constants.resize(offset + dense.size_bytes());
    std::memcpy(constants.data() + offset, dense.raw(), dense.size_bytes());
    return static_cast<int64_t>(offset);
}

artifact::Plan make_plan(const ir::Program& program, const ir::Graph& graph,
                         const KernelUses& kernels, std::vector<std::byte>& constants) {
    return Planner(program, graph, kernels, constants).run();
}

}  // namespace lithe::plan
