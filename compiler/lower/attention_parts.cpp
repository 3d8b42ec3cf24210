#include "compiler/lower/attention_parts.h"

#include <optional>

#include "compiler/ir/attention.h"
#include "compiler/lower/strided.h"

namespace lithe::lower {
namespace {

using Halide::Expr;

bool is_layout(const ir::Node& node) {
    return node.is("permute") || node.is("reshape") || node.is("slice");
}

}  // namespace

std::vector<Halide::Var> attention_lead(int rank) {
    std::vector<Halide::Var> lead;
    for (int axis = rank - 2; axis-- > 0;) lead.emplace_back("b" + std::to_string(axis));
    return lead;
}

const ir::Node* attention_of(const ir::Graph& body) {
    const ir::Node* anchor = nullptr;
    for (const auto& node : body.nodes()) {
        if (node->is("attention")) {
            if (anchor) return nullptr;
            anchor = node.get();
        } else if (!node->is("input") && !is_layout(*node) &&
                   !(anchor && node->is(Trait::elementwise))) {
            return nullptr;
        }
    }
    return anchor;
}

Shape order_of_attention(const ir::Graph& body, const ir::Node& anchor) {
    Shape order;
    for (int axis = 0; axis < anchor.type().rank(); ++axis) order.emplace_back(axis);
    const ir::Node* permute = nullptr;
    bool is_behind = false;
    for (const auto& node : body.nodes()) {
        if (node.get() == &anchor) is_behind = true;
        if (!is_behind || node.get() == &anchor || !is_layout(*node)) continue;
        const bool is_of_result =
            node->is("permute") &&
            (node->input(0).node == &anchor || node->input(0).node->is(Trait::elementwise));
        if (permute || !is_of_result) return {};
        permute = node.get();
        order = node->attrs().get_shape("perm");
    }
    return order;
}

bool is_attention(const ir::Node& group, std::string& why) {
    const ir::Graph& body = *group.body();
    const ir::Node* anchor = attention_of(body);
    bool fits = anchor && group.types().size() == 1 && anchor->type().dtype == DType::f32;
    if (fits) {
        const Shape order = order_of_attention(body, *anchor);
        const int rank = anchor->type().rank();
        fits = !order.empty() && group.type().rank() == rank &&
               (order.back().is_constant(rank - 1) || order.back().is_constant(rank - 2));
    }
    if (!fits)
        why = "attention: not one attention with layouts in front and elementwise nodes behind";
    return fits;
}

Expr AttentionOperands::element(int i, const Expr& a, const Expr& b) const {
    const ir::Value operand = anchor_.input(i);
    Coords coords(lead_.rbegin(), lead_.rend());
    coords.insert(coords.end(), {a, b});
    const std::optional<Strided> view = strided_view(operand);
    if (!view) return body_.at(operand, coords);
    Expr flat = body_.size(view->offset);
    for (size_t axis = 0; axis < coords.size(); ++axis) {
        flat = flat + coords[axis] * body_.size(view->strides[axis]);
    }
    // The kernel's operands are dense, so the first axis may run on over all elements.
    Halide::ImageParam& input = body_.input(view->input);
    std::vector<Expr> from(static_cast<size_t>(input.dimensions()), Expr(0));
    from[0] = flat;
    return input(from);
}

bool AttentionOperands::is_dense(int i) const {
    const ir::Value operand = anchor_.input(i);
    const std::optional<Strided> view = strided_view(operand);
    return view ? view->strides.back().is_constant(1) : operand.node->is("input");
}

Expr AttentionOperands::masked(const Expr& score, const Expr& is_later, const Expr& row,
                               const Expr& key) const {
    const OpCall op_call = anchor_.call();
    LowerCall call{
        .call = op_call, .output = 0, .at = {}, .out_types = anchor_.types(), .in = {}, .size = {}};
    call.at.assign(lead_.rbegin(), lead_.rend());
    call.at.insert(call.at.end(), {row, Expr(0)});
    call.in = [&](int operand, const Coords& coords) {
        const Expr value = body_.at(anchor_.input(operand), coords);
        return value.type().is_float() && unit_ != 1 ? strict_float(value * unit_) : value;
    };
    return ir::masked_score(call, score, is_later, row, key, lowest_score);
}

}  // namespace lithe::lower
