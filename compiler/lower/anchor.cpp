#include "compiler/lower/anchor.h"

#include <algorithm>

namespace lithe::lower {

ir::Node* sole_anchor(const ir::Graph& body, std::string_view name, InFront in_front,
                      const ir::Node* end) {
    ir::Node* anchor = nullptr;
    for (const auto& node : body.nodes()) {
        if (node.get() == end) break;
        if (node->is("input")) continue;
        const bool orders = node->is("permute") || node->is("reshape");
        if (!anchor && in_front == InFront::order && orders) continue;
        if (node->is(name) && !anchor) {
            anchor = node.get();
        } else if (!node->is(Trait::elementwise) || node->types().size() != 1) {
            return nullptr;
        }
    }
    return anchor;
}

ir::Node* lone_node(const ir::Graph& body, std::string_view name) {
    if (body.outputs.size() != 1) return nullptr;
    ir::Node* last = body.outputs[0].value.node;
    const bool is_alone =
        std::all_of(body.nodes().begin(), body.nodes().end(),
                    [&](const auto& node) { return node->is("input") || node.get() == last; });
    return is_alone && last->is(name) ? last : nullptr;
}

ir::Node* last_anchor(const ir::Graph& body, bool (*is_anchor)(const ir::Node&)) {
    ir::Node* anchor = nullptr;
    for (const auto& node : body.nodes()) {
        if (is_anchor(*node)) {
            if (anchor) return nullptr;
            anchor = node.get();
        } else if (!node->is("input") && !node->is(Trait::elementwise) &&
                   !node->is(Trait::injective) && node->input_count() > 0) {
            return nullptr;
        }
    }
    const bool is_last = body.outputs.size() == 1 && body.outputs[0].value.node == anchor;
    return is_last ? anchor : nullptr;
}

int64_t panel_bytes(const ir::Node& anchor) {
    const Dim count = anchor.input(1).type().count();
    return count.is_constant() ? 4 * count.constant() : 0;
}

bool has_result_of(const ir::Node& group, const ir::Node& anchor) {
    const TensorType& type = anchor.type();
    return group.types().size() == 1 && type.dtype == DType::f32 && type.rank() >= 2 &&
           same(group.type().shape, type.shape);
}

}  // namespace lithe::lower
