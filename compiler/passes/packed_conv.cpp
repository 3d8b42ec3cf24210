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
