#include "compiler/plan/plan.h"

#include <algorithm>
#include <cstring>

#include "compiler/plan/memory.h"
#include "runtime/error.h"

namespace lithe::plan {
namespace {

using artifact::PlanValue;
using artifact::Space;
using artifact::Step;

/// Builds one plan: values in graph order, then steps, then offsets in the arena.
class Planner {
public:
    Planner(const ir::Program& program, const ir::Graph& graph, const KernelUses& kernels,
            std::vector<std::byte>& constants)
        : program_(program), graph_(graph), kernels_(kernels), constants_(constants) {}

    artifact::Plan run() {
        plan_.name = graph_.name;
        choose_outputs();
        for (const auto& node : graph_.nodes()) add_node(*node);
        finish_outputs();
        lay_out();
        return std::move(plan_);
    }

private:
    using Key = std::pair<const ir::Node*, int>;
    static Key key(ir::Value v) { return {v.node, v.index}; }

    /// Follows reshapes to the value whose memory they share.
    static ir::Value storage_of(ir::Value value) {
        while (value.node->is("reshape")) value = value.node->input(0);
        return value;
    }

    /// A result computed here is written straight into the caller's memory.
    void choose_outputs() {
        for (size_t i = 0; i < graph_.outputs.size(); ++i) {
            const ir::Output& output = graph_.outputs[i];
            const ir::Value at = storage_of(output.value);
            if (output.buffer.empty() && at.node->is("group")) {
                direct_.try_emplace(key(at), static_cast<int>(i));
            }
        }
    }

    int add_value(PlanValue value) {
        plan_.values.push_back(std::move(value));
        intervals_.push_back({});
        return static_cast<int>(plan_.values.size()) - 1;
    }

    int new_value(const TensorType& type, Space space, int index, int64_t offset = 0) {
        PlanValue value;
        value.type = port_type(program_, type);
        value.space = space;
        value.index = index;
        value.offset = offset;
        return add_value(std::move(value));
    }

    int arena_value(const TensorType& type) {
        const int value = new_value(type, Space::arena, 0);
        int64_t size = size_bytes(type.dtype);
        for (const Dim& dim : type.shape) size *= upper_bound(program_, dim);
        Interval& interval = intervals_[static_cast<size_t>(value)];
        interval.size_bytes = std::max<int64_t>(size, 1);
        interval.first = interval.last = step_count();
        return value;
    }

    int step_count() const { return static_cast<int>(plan_.steps.size()); }

    /// Marks a value as needed by the step that is about to be added.
    int use(ir::Value v) {
        const int value = values_.at(key(v));
        int root = value;
        while (alias_.contains(root)) root = alias_.at(root);
        intervals_[static_cast<size_t>(root)].last = step_count();
        return value;
    }

    void add_node(const ir::Node& node) {
        ir::Node& n = const_cast<ir::Node&>(node);
        if (node.is("input")) {
            values_[key(n.value())] = new_value(node.type(), Space::input,
                                                static_cast<int>(node.attrs().get_int("index")));
        } else if (node.is("parameter")) {
            values_[key(n.value())] = new_value(node.type(), Space::slot, slot_index(node));
        } else if (node.is("prepared")) {
            values_[key(n.value())] = new_value(node.type(), Space::prepared,
                                                static_cast<int>(node.attrs().get_int("index")));
        } else if (node.is("random_state")) {
            values_[key(n.value())] = new_value(node.type(), Space::random, 0);
        } else if (node.is("constant")) {
            values_[key(n.value())] =
                new_value(node.type(), Space::constant, 0,
                          add_constant(constants_, node.attrs().get_array("value")));
        } else if (node.is("reshape")) {
            add_alias(n.value(), node.input(0));
        } else if (node.is("module_input") || node.is("module_output")) {
            add_boundary(n);
        } else if (node.is("group")) {
            add_kernel(n);
        } else {
            throw InternalError("plan.node", "plan: the node '" + std::string(node.name()) +
                                                 "' has not been lowered");
        }
    }

    int slot_index(const ir::Node& node) const {
        const std::string& name = node.attrs().get_string("key");
        for (size_t i = 0; i < program_.slots.size(); ++i) {
            if (program_.slots[i].key == name) return static_cast<int>(i);
        }
        throw InternalError("plan.slot", "plan: no parameter '" + name + "'");
    }

    void add_alias(ir::Value result, ir::Value operand) {
        const int of = values_.at(key(operand));
        PlanValue value = plan_.values[static_cast<size_t>(of)];
        value.type = port_type(program_, result.type());
        const int alias = add_value(std::move(value));
        alias_[alias] = of;
        values_[key(result)] = alias;
    }

    /// Hooks may write what they see, so a value that others use too is copied first.
    void add_boundary(ir::Node& node) {
        const auto uses = graph_.use_counts();
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
        }
        plan_.steps.push_back(std::move(mark));
    }

    void add_copy(ir::Value result, ir::Value operand) {
        const int to = arena_value(result.type());
        values_[key(result)] = to;
        Step copy;
        copy.kind = Step::Kind::copy;
        copy.values = {use(operand), to};
        plan_.steps.push_back(std::move(copy));
    }

    void add_kernel(ir::Node& node) {
        const KernelUse& kernel = kernels_.at(&node);
        Step step;
        step.kind = Step::Kind::kernel;
        step.index = kernel.index;
        for (const ir::Value& input : node.inputs()) step.values.push_back(use(input));
        for (int i = 0; i < static_cast<int>(node.types().size()); ++i) {
            const auto direct = direct_.find(key(node.value(i)));
            const int value = direct == direct_.end()
                                  ? arena_value(node.type(i))
                                  : new_value(node.type(i), Space::output, direct->second);
            values_[key(node.value(i))] = value;
            step.values.push_back(value);
        }
        step.output_count = static_cast<int>(node.types().size());
        for (const std::string& name : kernel.symbols) {
            const auto at = std::find_if(program_.symbols.begin(), program_.symbols.end(),
                                         [&](const ir::Symbol& s) { return s.name == name; });
            step.symbols.push_back(static_cast<int>(at - program_.symbols.begin()));
        }
        plan_.steps.push_back(std::move(step));
    }

    void finish_outputs() {
        for (size_t i = 0; i < graph_.outputs.size(); ++i) {
            const ir::Output& output = graph_.outputs[i];
            if (!output.buffer.empty()) {
                plan_.buffer_updates.push_back(buffer_slot(output.buffer));
                plan_.buffer_updates.push_back(use(output.value));
                continue;
            }
            const auto direct = direct_.find(key(storage_of(output.value)));
            if (direct != direct_.end() && direct->second == static_cast<int>(i)) {
                plan_.outputs.push_back(use(output.value));
                continue;
            }
            const int to = new_value(output.value.type(), Space::output, static_cast<int>(i));
            Step copy;
            copy.kind = Step::Kind::copy;
            copy.values = {use(output.value), to};
            plan_.steps.push_back(std::move(copy));
            plan_.outputs.push_back(to);
        }
    }

    int buffer_slot(const std::string& name) const {
        for (size_t i = 0; i < program_.slots.size(); ++i) {
            if (program_.slots[i].key == name) return static_cast<int>(i);
        }
        throw InternalError("plan.slot", "plan: no buffer '" + name + "'");
    }

    void lay_out() {
        std::vector<Interval> arena;
        std::vector<int> owners;
        for (int i = 0; i < static_cast<int>(plan_.values.size()); ++i) {
            if (plan_.values[static_cast<size_t>(i)].space != Space::arena || alias_.contains(i)) {
                continue;
            }
            arena.push_back(intervals_[static_cast<size_t>(i)]);
            owners.push_back(i);
        }
        const Layout layout = plan_memory(arena);
        if (!is_valid(arena, layout)) {
            throw InternalError("plan.overlap",
                                "plan: the memory plan of " + graph_.name + " does not hold");
        }
        for (size_t i = 0; i < owners.size(); ++i) {
            plan_.values[static_cast<size_t>(owners[i])].offset = layout.offsets[i];
        }
        for (int i = 0; i < static_cast<int>(plan_.values.size()); ++i) {
            int root = i;
            while (alias_.contains(root)) root = alias_.at(root);
            plan_.values[static_cast<size_t>(i)].offset =
                plan_.values[static_cast<size_t>(root)].offset;
        }
        plan_.arena_bytes = layout.size_bytes;
        plan_.arena_lower_bound_bytes = layout.lower_bound_bytes;
    }

    const ir::Program& program_;
    const ir::Graph& graph_;
    const KernelUses& kernels_;
    std::vector<std::byte>& constants_;
    artifact::Plan plan_;
    std::map<Key, int> values_;
    std::map<Key, int> direct_;
    std::map<int, int> alias_;
    std::map<int, std::vector<ir::Value>> inputs_of_call_;
    std::vector<Interval> intervals_;
};

}  // namespace

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
