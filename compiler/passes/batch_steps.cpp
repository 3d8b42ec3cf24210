#include "compiler/passes/batch_steps.h"

#include <algorithm>
#include <set>

#include "compiler/passes/kinds.h"
#include "runtime/error.h"

namespace lithe::passes {
namespace {

bool begins_dependence(const ir::Node& node) {
    const bool is_fixed = node.is("parameter") || node.is("constant") || node.is("prepared");
    return (node.is(Trait::source) && !is_fixed) || node.is(Trait::random) || node.body() ||
           is_boundary(node);
}

/// Several items, or a number of them that is not known, of known size.
bool has_items(const TensorType& type) {
    if (type.rank() == 0) return false;
    const Dim& items = type.size(0);
    if (items.is_constant() && items.constant() < 2) return false;
    return is_constant(Shape(type.shape.begin() + 1, type.shape.end()));
}

std::vector<ItemRole> roles_of(const ir::Node& node, const Dim& items) {
    if (!node.is("reshape")) return item_roles(node.call(), node.types());
    // Its algorithm computes places of elements; that items stay together is seen by their number.
    const TensorType& from = node.input(0).type();
    const bool keeps = from.rank() > 0 && same(from.size(0), items);
    return keeps ? std::vector{ItemRole::own} : std::vector<ItemRole>{};
}

/// Whether the op's shape rule says of one item what it said of all.
bool holds_for_one(const ir::Node& node, const std::vector<ItemRole>& roles) {
    OpCall call = node.call();
    for (size_t i = 0; i < roles.size(); ++i) {
        if (roles[i] == ItemRole::own) call.inputs[i] = with_items(call.inputs[i], 1);
    }
    call.attrs = attrs_for_items(node, 1);
    try {
        const TensorTypes types = call.op->infer(call);
        return std::equal(types.begin(), types.end(), node.types().begin(), node.types().end(),
                          [](const TensorType& one, const TensorType& all) {
                              return same(one, with_items(all, 1));
                          });
    } catch (const UserError&) {
        return false;
    }
}

/// The roles of a node's operands; empty where it has to see all items at once.
std::vector<ItemRole> checked_roles(const ir::Node& node,
                                    const std::set<const ir::Node*>& dependent) {
    if (begins_dependence(node)) return {};
    const Dim& items = node.type().rank() > 0 ? node.type().size(0) : Dim(0);
    for (const TensorType& type : node.types()) {
        if (!has_items(type) || !same(type.size(0), items)) return {};
    }
    const std::vector<ItemRole> roles = roles_of(node, items);
    for (size_t i = 0; i < roles.size(); ++i) {
        const ir::Value operand = node.inputs()[i];
        const bool is_own = roles[i] == ItemRole::own;
        if (is_own && !(has_items(operand.type()) && same(operand.type().size(0), items)))
            return {};
        // Weights, or what is there before all steps.
        const bool is_there = operand.node->is("input") || !dependent.contains(operand.node);
        if (!is_own && !(is_there && is_constant(operand.type().shape))) return {};
    }
    if (roles.empty() || !holds_for_one(node, roles)) return {};
    return roles;
}

}  // namespace

TensorType with_items(TensorType type, const Dim& items) {
    type.shape[0] = items;
    return type;
}

int64_t item_bytes(const TensorType& type) {
    int64_t bytes = size_bytes(type.dtype);
    for (int axis = 1; axis < type.rank(); ++axis) bytes *= type.size(axis).constant();
    return bytes;
}

Attrs attrs_for_items(const ir::Node& node, const Dim& items) {
    Attrs attrs = node.attrs();
    if (!attrs.has("shape")) return attrs;
    Shape shape = attrs.get_shape("shape");
    if (!shape.empty() && same(shape[0], node.type().size(0))) shape[0] = items;
    attrs.set("shape", shape);
    return attrs;
}

std::vector<BatchStep> batch_steps(const ir::Graph& graph) {
    std::vector<BatchStep> steps;
    std::set<const ir::Node*> dependent;
    for (const auto& node : graph.nodes()) {
        const bool depends = begins_dependence(*node) ||
                             std::any_of(node->inputs().begin(), node->inputs().end(),
                                         [&](ir::Value v) { return dependent.contains(v.node); });
        if (!depends) continue;
        dependent.insert(node.get());
        if (node->is("input")) continue;
        BatchStep step{node.get(), checked_roles(*node, dependent), {}};
        if (!step.roles.empty()) step.items = node->type().size(0);
        steps.push_back(std::move(step));
    }
    return steps;
}

}  // namespace lithe::passes
