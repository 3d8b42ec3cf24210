#include <algorithm>

#include "compiler/passes/constants.h"
#include "compiler/passes/kinds.h"
#include "compiler/passes/passes.h"
#include "runtime/error.h"

namespace lithe::passes {
namespace {

using Rule = ir::Value (*)(ir::Graph&, const ir::Node&);

ir::Value constants_to_the_right(ir::Graph& graph, const ir::Node& node) {
    if (!node.is(Trait::commutative) || node.input_count() != 2) return {};
    if (!is_constant(node.input(0)) || is_constant(node.input(1))) return {};
    return graph.add(node.op(), {node.input(1), node.input(0)}, node.attrs());
}

ir::Value reshape_of_reshape(ir::Graph& graph, const ir::Node& node) {
    if (!node.is("reshape")) return {};
    ir::Value from = node.input(0);
    if (same(from.type(), node.type())) return from;
    if (!from.node->is("reshape")) return {};
    from = from.node->input(0);
    if (same(from.type(), node.type())) return from;
    return graph.add("reshape", {from}, node.attrs());
}

/// Whether the axes longer than 1 stay in order.
bool moves_no_elements(const Shape& shape, const Sizes& perm) {
    int64_t last = -1;
    for (const int64_t axis : perm) {
        if (shape[static_cast<size_t>(axis)].is_constant(1)) continue;
        if (axis < last) return false;
        last = axis;
    }
    return true;
}

ir::Value permutes(ir::Graph& graph, const ir::Node& node) {
    if (!node.is("permute")) return {};
    const Sizes perm = node.attrs().get_ints("perm");
    if (std::is_sorted(perm.begin(), perm.end())) return node.input(0);
    if (moves_no_elements(node.input(0).type().shape, perm)) {
        return graph.add("reshape", {node.input(0)}, {{"shape", node.type().shape}});
    }
    const ir::Node& inner = *node.input(0).node;
    if (!inner.is("permute")) return {};
    const Sizes before = inner.attrs().get_ints("perm");
    Shape both;
    for (const int64_t axis : perm) both.emplace_back(before[static_cast<size_t>(axis)]);
    return graph.add("permute", {inner.input(0)}, {{"perm", both}});
}

/// Elementwise and injective with one operand of the result's type: nothing is left to do.
ir::Value identities(ir::Graph&, const ir::Node& node) {
    if (node.input_count() != 1 || node.types().size() != 1 || node.is(Trait::random)) return {};
    const bool same_place = node.is(Trait::elementwise) || node.is("expand");
    const bool same_value = node.is(Trait::injective) || node.is("cast");
    if (!same_place || !same_value) return {};
    return same(node.input(0).type(), node.type()) ? node.input(0) : ir::Value();
}

/// Whether every value of `from` is one of `to`.
bool is_wider(DType to, DType from) {
    if (from == DType::f32) return to == DType::f64;
    if (from == DType::boolean) return true;
    if (from == DType::u8) return to != DType::boolean;
    return from == DType::i32 && (to == DType::i64 || to == DType::f64);
}

ir::Value cast_and_back(ir::Graph&, const ir::Node& node) {
    if (!node.is("cast") || !node.input(0).node->is("cast")) return {};
    const ir::Value x = node.input(0).node->input(0);
    const bool is_back = same(x.type(), node.type());
    return is_back && is_wider(node.input(0).type().dtype, x.type().dtype) ? x : ir::Value();
}

/// The type of the node's result with other operands; another dtype or shape is no answer.
bool gives_same_type(const ir::Node& node, const std::vector<ir::Value>& inputs) {
    OpCall call = node.call();
    for (size_t i = 0; i < inputs.size(); ++i) call.inputs[i] = inputs[i].type();
    try {
        return same(node.op().infer(call)[0], node.type());
    } catch (const UserError&) {
        return false;
    }
}

/// f(expand(x), y) -> f(x, y)
ir::Value expand_into_consumer(ir::Graph& graph, const ir::Node& node) {
    if (!is_pointwise(node) || node.input_count() == 0) return {};
    std::vector<ir::Value> inputs = node.inputs();
    bool changed = false;
    for (ir::Value& input : inputs) {
        if (!input.node->is("expand")) continue;
        const ir::Value expanded = std::exchange(input, input.node->input(0));
        if (gives_same_type(node, inputs)) {
            changed = true;
        } else {
            input = expanded;
        }
    }
    return changed ? graph.add(node.op(), inputs, node.attrs()) : ir::Value();
}

/// f(move(x), number) -> move(f(x, number)) for a reshape or an expand; f(reshape(x), reshape(y))
/// likewise, where x and y have the same shape.
ir::Value moves_after_pointwise(ir::Graph& graph, const ir::Node& node) {
    if (!is_pointwise(node) || node.input_count() == 0) return {};
    std::vector<ir::Value> inputs = node.inputs();
    const ir::Node* move = nullptr;
    for (ir::Value& input : inputs) {
        if (input.type().rank() == 0) continue;
        const bool is_move = input.node->is("reshape") || input.node->is("expand");
        if (!is_move || !same(input.type().shape, node.type().shape)) return {};
        if (move && !(move->is("reshape") && input.node->is("reshape") &&
                      same(move->input(0).type().shape, input.node->input(0).type().shape)))
            return {};
        move = input.node;
        input = move->input(0);
    }
    if (!move) return {};
    const ir::Value before = graph.add(node.op(), inputs, node.attrs());
    return graph.add(move->op(), {before}, move->attrs());
}

constexpr Rule rules[] = {
    constants_to_the_right, reshape_of_reshape,    permutes, identities, cast_and_back,
    expand_into_consumer,   moves_after_pointwise,
};

}  // namespace

bool canonicalize(ir::Graph& graph) {
    bool changed = false;
    constexpr int most_rounds = 100;  // every rule shortens or moves one way; a bound all the same
    for (int round = 0; round < most_rounds; ++round) {
        const bool again = ir::rewrite(graph, [&](ir::Node& node) -> ir::Value {
            for (const Rule rule : rules) {
                if (const ir::Value value = rule(graph, node)) return value;
            }
            return {};
        });
        if (!again) break;
        changed = true;
    }
    return changed;
}

}  // namespace lithe::passes
