#include "compiler/passes/packed_conv.h"

#include "compiler/ir/ops.h"

namespace lithe::passes {

Shape moved_channels(int rank, bool to_back) {
    Shape order{0};
    if (!to_back) order.push_back(rank - 1);
    for (int axis = to_back ? 2 : 1; axis < (to_back ? rank : rank - 1); ++axis)
        order.push_back(axis);
    if (to_back) order.push_back(1);
    return order;
}

ir::Value padded(ir::Graph& graph, ir::Value x, const Shape& begin, const Shape& end) {
    Shape before{0}, after{0};
    bool is_padded = false;
    for (size_t i = 0; i < begin.size(); ++i) {
        before.push_back(begin[i]);
        after.push_back(end[i]);
        is_padded |= !begin[i].is_constant(0) || !end[i].is_constant(0);
    }
    before.push_back(0);
    after.push_back(0);
    if (!is_padded) return x;
    return graph.add("pad", {x}, {{"begin", before}, {"end", after}, {"value", 0.0}});
}

ir::Value packed_conv(ir::Graph& graph, std::vector<ir::Value> operands, int64_t rows,
                      int64_t width, Attrs attrs) {
    operands[1] = graph.add(ir::pack_filters_op, {operands[1]}, {{"panel", Dim(width)}});
    attrs.set("tile_rows", Dim(rows));
    return graph.add(ir::packed_conv_op, std::move(operands), attrs);
}

ir::Value with_height(ir::Graph& graph, const ir::Node& node) {
    const Shape &x = node.input(0).type().shape, &w = node.input(1).type().shape;
    ir::Value image = graph.add("permute", {node.input(0)}, {{"perm", moved_channels(3, true)}});
    image = graph.add("reshape", {image}, {{"shape", Shape{x[0], 1, x[2], x[1]}}});
    image = graph.add("permute", {image}, {{"perm", moved_channels(4, false)}});
    std::vector<ir::Value> operands = node.inputs();
    operands[0] = image;
    operands[1] = graph.add("reshape", {operands[1]}, {{"shape", Shape{w[0], w[1], 1, w[2]}}});
    Attrs attrs = node.attrs();
    const auto widen = [&](const char* name, int64_t first) {
        if (attrs.has(name)) attrs.set(name, Shape{first, attrs.get_shape(name)[0]});
    };
    for (const char* factor : {"stride", "dilation"}) widen(factor, 1);
    for (const char* pixels : {"pad_begin", "pad_end", "output_padding"}) widen(pixels, 0);
    return graph.add(node.op(), operands, attrs);
}

ir::Value without_height(ir::Graph& graph, ir::Value y) {
    const Shape shape = y.type().shape;
    y = graph.add("permute", {y}, {{"perm", moved_channels(4, true)}});
    y = graph.add("reshape", {y}, {{"shape", Shape{shape[0], shape[3], shape[1]}}});
    return graph.add("permute", {y}, {{"perm", moved_channels(3, false)}});
}

std::vector<Tile> group_tiles(const Dim& row, int64_t filters, const Machine& machine,
                              const TileLimits& limits) {
    const int64_t lanes = machine.vector_bytes / 4;
    const bool is_narrow = filters % lanes != 0;
    std::vector<Tile> tiles;
    for (const Tile& tile : ranked_tiles(row, is_narrow ? lanes : filters, machine, limits)) {
        const bool fits = is_narrow ? tile.vectors == 1 : filters % (tile.vectors * lanes) == 0;
        if (fits) tiles.push_back(tile);
    }
    if (tiles.empty()) tiles.push_back({});
    return tiles;
}

}  // namespace lithe::passes
