// The rules of the IR, a row per rule.
#include <algorithm>
#include <map>
#include <set>

#include "compiler/ir/names.h"
#include "compiler/ir/ops.h"
#include "compiler/ir/program.h"
#include "compiler/ir/regions.h"
#include "compiler/ir/sample_scope.h"
#include "compiler/ir/text.h"
#include "runtime/error.h"
#include "runtime/text.h"

namespace lithe::ir {
namespace {

/// What a rule finds wrong; empty where it holds.
using Finding = std::string;

/// What rules look at: a graph, and the program around it where there is one.
struct Scope {
    const Graph& graph;
    const Program* program = nullptr;
    const Node* owner = nullptr;  ///< of a body: its node
    std::map<const Node*, size_t> position;
};

std::string number(int64_t value) { return std::to_string(value); }

bool exists(const Scope& scope, Value value, size_t before) {
    const auto at = scope.position.find(value.node);
    return at != scope.position.end() && at->second < before && value.index >= 0 &&
           static_cast<size_t>(value.index) < value.node->types().size();
}

// --- rules of a node
// ------------------------------------------------------------------------------

Finding operands_are_earlier(const Scope& scope, const Node& node) {
    for (int i = 0; i < node.input_count(); ++i) {
        if (!exists(scope, node.input(i), scope.position.at(&node))) {
            return "operand " + number(i) + " is not a result of an earlier node of this graph";
        }
    }
    return {};
}

template <class T>
bool has_attr(const Node& node, const std::string& name) {
    const auto at = node.attrs().items().find(name);
    return at != node.attrs().items().end() && std::holds_alternative<T>(at->second);
}

bool has_number(const Node& node, const std::string& name) {
    return has_attr<Dim>(node, name) && node.attrs().get_dim(name).is_constant();
}

Finding own_attributes_are_there(const Scope&, const Node& node) {
    const bool complete =
        node.is("input")       ? has_number(node, "index") && has_attr<std::string>(node, "name")
        : node.is("parameter") ? has_attr<std::string>(node, "key")
        : node.is("constant")  ? has_attr<Array>(node, "value")
        : node.is("prepared")  ? has_number(node, "index")
        : node.is("module_input") || node.is("module_output") ? has_number(node, "call")
                                                              : true;
    return complete ? Finding() : "attributes of '" + std::string(node.name()) + "' are missing";
}

Finding types_are_inferred(const Scope&, const Node& node) {
    const bool is_mark = node.is("module_input") || node.is("module_output");
    if (node.types().empty() && !is_mark && !has_regions(node)) return "it has no result";
    const bool is_given = node.is(Trait::source) && !node.is("constant");
    if (is_given || node.is("group") || has_regions(node)) return {};
    try {
        const TensorTypes types = node.op().infer(node.call());
        if (types.size() != node.types().size()) {
            return "it has " + number(static_cast<int64_t>(node.types().size())) +
                   " results, the op gives " + number(static_cast<int64_t>(types.size()));
        }
        for (size_t i = 0; i < types.size(); ++i) {
            if (!same(types[i], node.types()[i])) {
                return "result " + number(static_cast<int64_t>(i)) + " is " +
                       node.types()[i].str() + ", the op gives " + types[i].str();
            }
        }
    } catch (const Error& error) {
        return std::string("the op refuses it: ") + error.what();
    }
    return {};
}

Finding bodies_fit(const Scope& scope, const Node& node) {
    if (!node.is("group")) return {};
    const Graph* body = node.body();
    if (!body || node.body(1)) return "a group has one body";
    if (scope.owner && scope.owner->is("group")) return "a group inside of a group";
    const std::vector<Node*> inputs = body->inputs();
    if (static_cast<int>(inputs.size()) != node.input_count()) {
        return "the body has " + number(static_cast<int64_t>(inputs.size())) +
               " inputs, the node " + number(node.input_count()) + " operands";
    }
    for (int i = 0; i < node.input_count(); ++i) {
        const TensorType& inner = inputs[static_cast<size_t>(i)]->type();
        if (!same(inner, node.input(i).type())) {
            return "input " + number(i) + " of the body is " + inner.str() + ", the operand " +
                   node.input(i).type().str();
        }
    }
    if (body->outputs.size() != node.types().size()) return "the body has other results";
    for (size_t i = 0; i < node.types().size(); ++i) {
        if (!same(body->outputs[i].value.type(), node.types()[i])) {
            return "result " + number(static_cast<int64_t>(i)) + " of the body is " +
                   body->outputs[i].value.type().str();
        }
    }
    return {};
}

Finding bodies_are_closed(const Scope& scope, const Node& node) {
    if (!scope.owner) return {};
    const bool is_mark = node.is("module_input") || node.is("module_output");
    const bool reaches_out = node.is("parameter") || node.is("prepared") ||
                             node.is("random_state") || (is_mark && scope.owner->is("group"));
    return reaches_out ? "a body reaches the model only through its operands" : Finding();
}

Finding regions_fit(const Scope& scope, const Node& node) {
    if (!has_regions(node)) {
        return node.body() && !node.is("group") ? "this op has no regions" : Finding();
    }
    if (scope.owner && scope.owner->is("group")) return "control flow inside of a group";
    return region_finding(node);
}

Finding call_exists(const Scope& scope, const Node& node) {
    if (!scope.program) return {};
    const auto count = static_cast<int64_t>(scope.program->calls.size());
    if (node.module_call < -1 || node.module_call >= count) {
        return "module call " + number(node.module_call) + " of " + number(count);
    }
    if (!node.is("module_input") && !node.is("module_output")) return {};
    const int64_t call = node.attrs().get_int("call");
    return call < 0 || call >= count ? "module call " + number(call) + " of " + number(count)
                                     : Finding();
}

Finding slot_exists(const Scope& scope, const Node& node) {
    if (!scope.program || !node.is("parameter")) return {};
    const Slot* slot = scope.program->slot(node.attrs().get_string("key"));
    if (!slot) return "no slot of this key";
    return same(slot->type, node.type()) ? Finding() : "the slot is " + slot->type.str();
}

Finding prepared_exists(const Scope& scope, const Node& node) {
    if (!scope.program || !node.is("prepared")) return {};
    const Graph* prepare = scope.program->graph("prepare");
    if (!prepare) return "there is no graph 'prepare'";
    if (prepare == &scope.graph) return "the graph 'prepare' reads its own results";
    const int64_t index = node.attrs().get_int("index");
    const auto count = static_cast<int64_t>(prepare->outputs.size());
    if (index < 0 || index >= count) return "result " + number(index) + " of " + number(count);
    const TensorType& type = prepare->outputs[static_cast<size_t>(index)].value.type();
    return same(type, node.type()) ? Finding() : "result " + number(index) + " is " + type.str();
}

Finding symbols_are_declared(const Scope& scope, const Node& node) {
    if (!scope.program) return {};
    Shape sizes;
    for (const TensorType& type : node.types()) {
        sizes.insert(sizes.end(), type.shape.begin(), type.shape.end());
    }
    if (node.is("scan")) sizes.push_back(node.attrs().get_dim("length"));
    for (const Dim& dim : sizes) {
        for (const std::string& name : dim.symbols()) {
            if (!scope.program->symbol(name)) return "the size '" + name + "' is not declared";
        }
    }
    return {};
}

struct NodeRule {
    std::string_view id;
    Finding (*check)(const Scope&, const Node&);
};

constexpr NodeRule node_rules[] = {
    {"operands_are_earlier", operands_are_earlier},  // the rules below may look at operands
    {"own_attributes_are_there", own_attributes_are_there},
    {"types_are_inferred", types_are_inferred},
    {"bodies_are_closed", bodies_are_closed},
    {"bodies_fit", bodies_fit},
    {"regions_fit", regions_fit},
    {"call_exists", call_exists},
    {"slot_exists", slot_exists},
    {"prepared_exists", prepared_exists},
    {"symbols_are_declared", symbols_are_declared},
};

// --- rules of a graph
// -----------------------------------------------------------------------------

Finding outputs_exist(const Scope& scope) {
    for (size_t i = 0; i < scope.graph.outputs.size(); ++i) {
        if (!exists(scope, scope.graph.outputs[i].value, scope.graph.nodes().size())) {
            return "output " + number(static_cast<int64_t>(i)) + " is not a result of this graph";
        }
    }
    return {};
}

Finding inputs_are_counted(const Scope& scope) {
    std::set<std::string> names;
    int64_t expected = 0;
    for (const Node* node : scope.graph.inputs()) {
        const std::string& name = node->attrs().get_string("name");
        if (!names.insert(name).second) return "two inputs are named '" + name + "'";
        const int64_t index = node->attrs().get_int("index");
        if (index != expected++) return "input '" + name + "' has index " + number(index);
    }
    return {};
}

Finding parameters_are_read_once(const Scope& scope) {
    std::set<std::string> keys;
    for (const auto& node : scope.graph.nodes()) {
        if (!node->is("parameter")) continue;
        const std::string& key = node->attrs().get_string("key");
        if (!keys.insert(key).second) return "two nodes read the parameter '" + key + "'";
    }
    return {};
}

Finding buffers_are_written_once(const Scope& scope) {
    std::set<std::string> keys;
    for (const Output& output : scope.graph.outputs) {
        if (output.buffer.empty()) continue;
        if (!keys.insert(output.buffer).second) return "'" + output.buffer + "' is written twice";
        if (!scope.program) continue;
        const Slot* slot = scope.program->slot(output.buffer);
        if (!slot || slot->kind != Slot::Kind::buffer) return "no buffer '" + output.buffer + "'";
        if (!same(slot->type, output.value.type())) {
            return "buffer '" + output.buffer + "' is " + slot->type.str() + ", its new value " +
                   output.value.type().str();
        }
    }
    return {};
}

struct GraphRule {
    std::string_view id;
    Finding (*check)(const Scope&);
};

constexpr GraphRule graph_rules[] = {
    {"outputs_exist", outputs_exist},
    {"inputs_are_counted", inputs_are_counted},
    {"parameters_are_read_once", parameters_are_read_once},
    {"buffers_are_written_once", buffers_are_written_once},
};

// --- rules of a program
// ---------------------------------------------------------------------------

Finding graphs_are_distinct(const Program& program) {
    std::set<std::string> names;
    for (const auto& graph : program.graphs) {
        if (!names.insert(graph->name).second) return "two graphs are named '" + graph->name + "'";
    }
    return {};
}

Finding keys_are_distinct(const Program& program) {
    std::set<std::string> keys;
    for (const Slot& slot : program.slots) {
        if (!keys.insert(slot.key).second) return "two slots are named '" + slot.key + "'";
        for (const std::string& alias : slot.aliases) {
            if (!keys.insert(alias).second) return "two slots are named '" + alias + "'";
        }
    }
    return {};
}

Finding state_keys_are_those_of_slots(const Program& program) {
    if (program.state_keys.empty()) return {};
    std::vector<std::string> given = program.state_keys, known = program.keys_by_slot();
    std::sort(given.begin(), given.end());
    std::sort(known.begin(), known.end());
    return given == known ? "" : "the keys of the state_dict are not those of the slots";
}

Finding slots_hold_their_type(const Program& program) {
    for (const Slot& slot : program.slots) {
        if (!is_constant(slot.type.shape)) return "slot '" + slot.key + "' has a symbolic size";
        if (!slot.data.defined()) continue;
        const TensorType held{slot.data.dtype(), to_shape(slot.data.sizes())};
        if (!same(held, slot.type)) {
            return "slot '" + slot.key + "' is " + slot.type.str() + ", its data " + held.str();
        }
    }
    return {};
}

Finding symbols_have_ranges(const Program& program) {
    std::set<std::string> names;
    for (const Symbol& s : program.symbols) {
        if (!names.insert(s.name).second) return "two sizes are named '" + s.name + "'";
        if (s.min < 0 || s.max < s.min || s.multiple_of < 1) {
            return "size '" + s.name + "' has the range " + number(s.min) + ".." + number(s.max);
        }
    }
    return {};
}

Finding modules_and_calls_nest(const Program& program) {
    std::set<std::string> paths;
    for (const ModuleInfo& module : program.modules) {
        if (!paths.insert(module.path).second) return "two modules at '" + module.path + "'";
    }
    for (size_t i = 0; i < program.calls.size(); ++i) {
        const ModuleCall& call = program.calls[i];
        if (call.module < 0 || static_cast<size_t>(call.module) >= program.modules.size()) {
            return "call " + number(static_cast<int64_t>(i)) + " is of module " +
                   number(call.module);
        }
        if (call.parent < -1 || call.parent >= static_cast<int>(i)) {
            return "call " + number(static_cast<int64_t>(i)) + " is inside of call " +
                   number(call.parent);
        }
    }
    return {};
}

struct ProgramRule {
    std::string_view id;
    Finding (*check)(const Program&);
};

constexpr ProgramRule program_rules[] = {
    {"graphs_are_distinct", graphs_are_distinct},
    {"keys_are_distinct", keys_are_distinct},
    {"state_keys_are_those_of_slots", state_keys_are_those_of_slots},
    {"slots_hold_their_type", slots_hold_their_type},
    {"symbols_have_ranges", symbols_have_ranges},
    {"modules_and_calls_nest", modules_and_calls_nest},
};

[[noreturn]] void fail(std::string_view when, std::string_view rule, const std::string& where,
                       const Finding& finding, const std::string& line = {}) {
    throw InternalError("ir." + std::string(rule),
                        "verify: after " + std::string(when) + ": " + where + ": " + finding,
                        line.empty() ? std::string() : "  at " + line);
}

void verify_scope(const Graph& graph, const Program* program, const Node* owner,
                  std::string_view when) {
    Scope scope{graph, program, owner, {}};
    for (size_t i = 0; i < graph.nodes().size(); ++i) scope.position[graph.nodes()[i].get()] = i;
    for (const auto& node : graph.nodes()) {
        for (const NodeRule& rule : node_rules) {
            const Finding finding = rule.check(scope, *node);
            if (finding.empty()) continue;
            fail(when, rule.id,
                 graph.name + ", " + Names(graph).of(*node) + " = " + std::string(node->name()),
                 finding, node->line);
        }
        for (int i = 0; node->body(i); ++i) {
            verify_scope(*node->body(i), program, node.get(), when);
        }
    }
    for (const GraphRule& rule : graph_rules) {
        const Finding finding = rule.check(scope);
        if (!finding.empty()) fail(when, rule.id, graph.name, finding);
    }
}

}  // namespace

void verify(const Graph& graph, std::string_view when) {
    verify_scope(graph, nullptr, nullptr, when);
}

void verify(const Program& program, std::string_view when) {
    const SampleScope scope(program);
    for (const ProgramRule& rule : program_rules) {
        const Finding finding = rule.check(program);
        if (!finding.empty()) fail(when, rule.id, "program " + program.name, finding);
    }
    for (const auto& graph : program.graphs) verify_scope(*graph, &program, nullptr, when);
}

}  // namespace lithe::ir
