#include "compiler/passes/permutes.h"

#include <utility>

namespace lithe::passes {

bool is_identity(const Shape& order) {
    for (size_t i = 0; i < order.size(); ++i) {
        if (!order[i].is_constant(static_cast<int64_t>(i))) return false;
    }
    return true;
}

Shape with_matrices_turned(Shape order) {
    std::swap(order[order.size() - 2], order.back());
    return order;
}

ir::Value permuted(ir::Graph& graph, ir::Value x, const Shape& order) {
    return is_identity(order) ? x : graph.add("permute", {x}, {{"perm", order}});
}

ir::Value with_matrices_turned(ir::Graph& graph, ir::Value x) {
    if (x.node->is("permute")) {
        const Shape& order = x.node->attrs().get_shape("perm");
        return permuted(graph, x.node->input(0), with_matrices_turned(order));
    }
    Shape order;
    for (int axis = 0; axis < x.type().rank(); ++axis)
        order.emplace_back(static_cast<int64_t>(axis));
    return permuted(graph, x, with_matrices_turned(order));
}

}  // namespace lithe::passes
