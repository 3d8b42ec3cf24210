#include "compiler/passes/broadcast_product.h"

#include "compiler/passes/permutes.h"
#include "dsl/dim.h"

namespace lithe::passes {
namespace {

/// Rows from which on copies of the operands are little beside the product.
constexpr int64_t least_rows = 4;

Shape lead_of(const TensorType& type) { return {type.shape.begin(), type.shape.end() - 2}; }

/// With axes of size 1 in front, so many that there are `rank`.
Shape aligned(const Shape& shape, size_t rank) {
    Shape all(rank - shape.size(), Dim(1));
    all.insert(all.end(), shape.begin(), shape.end());
    return all;
}

ir::Value reshaped(ir::Graph& graph, ir::Value x, const Shape& shape) {
    if (same(x.type().shape, shape)) return x;
    return graph.add("reshape", {x}, {{"shape", shape}});
}

Shape picked(const Shape& shape, const Shape& axes) {
    Shape result;
    for (const Dim& axis : axes) result.push_back(shape[static_cast<size_t>(axis.constant())]);
    return result;
}

/// w with other axes in front. A transpose stays the last thing that happens to it.
ir::Value with_lead(ir::Graph& graph, ir::Value w, const Shape& lead) {
    const Shape& type = w.type().shape;
    Shape shape = lead;
    shape.insert(shape.end(), type.end() - 2, type.end());
    const bool is_transpose = w.node->is("permute") &&
                              is_identity(with_matrices_turned(w.node->attrs().get_shape("perm")));
    if (!is_transpose) return reshaped(graph, w, shape);
    return with_matrices_turned(graph,
                                reshaped(graph, w.node->input(0), with_matrices_turned(shape)));
}

}  // namespace

bool has_equal_leads(const ir::Node& matmul) {
    const TensorType& w = matmul.input(1).type();
    return w.rank() <= 2 || same(lead_of(matmul.input(0).type()), lead_of(w));
}

ir::Value with_equal_leads(ir::Graph& graph, const ir::Node& matmul,
                           const std::function<ir::Value(ir::Node&)>& multiply) {
    const Shape lead = lead_of(matmul.type());
    const Shape of_w = aligned(lead_of(matmul.input(1).type()), lead.size());
    Shape kept, shared;  // axes that w has, and those that become rows
    for (size_t i = 0; i < lead.size(); ++i) {
        const bool is_shared = of_w[i].is_constant(1) && !lead[i].is_constant(1);
        (is_shared ? shared : kept).emplace_back(static_cast<int64_t>(i));
    }
    const Shape& x_shape = matmul.input(0).type().shape;
    const Dim &length = x_shape[x_shape.size() - 2], &columns = matmul.type().shape.back();
    const Dim rows = product(picked(lead, shared)) * length;
    if (rows.is_constant() && rows.constant() < least_rows) return {};

    Shape whole = lead;  // of x, repeated
    whole.insert(whole.end(), {length, x_shape.back()});
    ir::Value x = reshaped(graph, matmul.input(0), aligned(x_shape, whole.size()));
    if (!same(x.type().shape, whole)) x = graph.add("expand", {x}, {{"shape", whole}});
    Shape order = kept;
    order.insert(order.end(), shared.begin(), shared.end());
    for (const size_t axis : {lead.size(), lead.size() + 1})
        order.emplace_back(static_cast<int64_t>(axis));
    const Shape front = picked(lead, kept);
    Shape matrices = front;
    matrices.insert(matrices.end(), {rows, x_shape.back()});
    x = reshaped(graph, permuted(graph, x, order), matrices);

    const ir::Value w = with_lead(graph, matmul.input(1), front);
    ir::Value y = multiply(*graph.add(matmul.op(), {x, w}, matmul.attrs()).node);
    if (!y) return {};
    Shape apart = picked(lead, Shape(order.begin(), order.end() - 2));
    apart.insert(apart.end(), {length, columns});
    Shape back(order.size(), Dim(0));
    for (size_t i = 0; i < order.size(); ++i)
        back[static_cast<size_t>(order[i].constant())] = Dim(static_cast<int64_t>(i));
    return permuted(graph, reshaped(graph, y, apart), back);
}

}  // namespace lithe::passes
