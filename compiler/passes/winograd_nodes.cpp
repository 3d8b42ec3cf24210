// The nodes that a plan of Winograd's convolution becomes.
#include "compiler/ir/ops.h"
#include "compiler/ir/sizes.h"
#include "compiler/passes/winograd.h"

namespace lithe::passes {
namespace {

ir::Value in_blocks(ir::Graph& graph, const WinogradOperands& operands, const WinogradPlan& plan,
                    int64_t width, Attrs attrs, const WinogradMark& mark) {
    Attrs packing{{"panel", Dim(width)}, {"tile", Dim(plan.tile)}};
    if (attrs.has("stride")) packing.set("stride", operands.stride);
    std::vector<ir::Value> inputs{operands.image,
                                  graph.add(ir::pack_winograd_op, {operands.filters}, packing)};
    if (operands.bias) inputs.push_back(operands.bias);
    attrs.set("columns", operands.filters.type().size(0));
    attrs.set("block", Shape{plan.images, plan.rows, plan.columns});
    if (plan.by_lines) attrs.set("by_lines", true);
    return graph.add(ir::winograd_conv_op, inputs, mark(attrs, /*is_part=*/false));
}

/// The last stage, of products with filters.
ir::Value result_of(ir::Graph& graph, const WinogradOperands& operands, ir::Value products,
                    ir::Value filters, Attrs attrs, const WinogradMark& mark) {
    std::vector<ir::Value> inputs{products, operands.image, filters};
    if (operands.bias) inputs.push_back(operands.bias);
    attrs.set("columns", floor_div(operands.filters.type().size(0), ir::phase_count(attrs)));
    return graph.add(ir::winograd_result_op, inputs, mark(attrs, /*is_part=*/false));
}

ir::Value in_stages_of_taps(ir::Graph& graph, const WinogradOperands& operands,
                            const WinogradPlan& plan, int64_t width, const Attrs& attrs,
                            const WinogradMark& mark) {
    const ir::Value data =
        graph.add(ir::winograd_data_op, {operands.image}, mark(attrs, /*is_part=*/true));
    const ir::Value filters =
        graph.add(ir::pack_filters_op, {operands.filters}, {{"panel", Dim(width)}});
    Attrs own{{"tile", Dim(plan.tile)}, {"tile_rows", Dim(plan.rows)}};
    for (const char* name : {"taps", "stride"}) {
        if (attrs.has(name)) own.set(name, attrs.get_shape(name));
    }
    const ir::Value products =
        graph.add(ir::winograd_products_op, {data, filters}, mark(own, /*is_part=*/true));
    return result_of(graph, operands, products, filters, attrs, mark);
}

ir::Value in_stages(ir::Graph& graph, const WinogradOperands& operands, const WinogradPlan& plan,
                    int64_t width, Attrs attrs, const WinogradMark& mark, const Attrs& more) {
    Attrs packing{{"panel", Dim(width)}, {"tile", Dim(plan.tile)}, {"by_element", true}};
    if (attrs.has("stride")) packing.set("stride", operands.stride);
    for (const char* name : {"phases", "phase_begin"}) {
        if (more.has(name)) attrs.set(name, more.get_shape(name));
    }
    if (more.has("phases")) packing.set("phases", more.get_shape("phases"));
    const ir::Value data =
        graph.add(ir::winograd_data_op, {operands.image}, mark(attrs, /*is_part=*/true));
    const ir::Value filters = graph.add(ir::pack_winograd_op, {operands.filters}, packing);
    const ir::Value products =
        graph.add(ir::packed_linear_op, {data, filters},
                  mark({{"columns", filters.type().size(1) * width}, {"tile_rows", Dim(plan.rows)}},
                       /*is_part=*/true));
    if (more.has("size")) attrs.set("size", more.get_shape("size"));
    return result_of(graph, operands, products, filters, attrs, mark);
}

}  // namespace

ir::Value add_winograd(ir::Graph& graph, const WinogradOperands& operands, const WinogradPlan& plan,
                       const Machine& machine, const WinogradMark& mark, const Attrs& more) {
    const TensorType& w = operands.filters.type();
    Attrs attrs{
        {"tile", Dim(plan.tile)}, {"pad_begin", operands.pad_begin}, {"pad_end", operands.pad_end}};
    if (!w.size(2).is_constant(3) || !w.size(3).is_constant(3))
        attrs.set("taps", Shape{w.size(2), w.size(3)});
    if (!ir::all_are(operands.stride, 1)) attrs.set("stride", operands.stride);
    const int64_t width = plan.vectors * machine.vector_bytes / 4;
    if (plan.keeps_taps) return in_stages_of_taps(graph, operands, plan, width, attrs, mark);
    if (plan.in_stages) return in_stages(graph, operands, plan, width, attrs, mark, more);
    return in_blocks(graph, operands, plan, width, attrs, mark);
}

}  // namespace lithe::passes
