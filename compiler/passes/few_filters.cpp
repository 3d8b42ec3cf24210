#include "compiler/passes/few_filters.h"

#include "compiler/passes/packed_conv.h"
#include "compiler/passes/tile.h"

namespace lithe::passes {
namespace {

/// Channels, each of whose lines is a stream of its own.
constexpr int64_t most_planes = 8;
/// Memory of the lines that a tile reads, on the stack.
constexpr int64_t most_line_bytes = 64 << 10;
/// Lines of results of one tile, at most.
constexpr int64_t tile_lines = 8;

}  // namespace

bool is_best_by_planes(const ir::Node& conv, const Machine& machine) {
    const TensorType &x = conv.input(0).type(), &w = conv.input(1).type(), &y = conv.type();
    if (y.rank() != 4 || !conv.attrs().get_dim("groups").is_constant(1)) return false;
    for (int axis = 1; axis < 4; ++axis) {
        if (!is_constant(x.size(axis)) || !is_constant(y.size(axis))) return false;
    }
    if (!is_constant(w.shape) || conv.attrs().get_ints("stride")[1] != 1) return false;
    const int64_t lanes = machine.vector_bytes / 4, filters = w.size(0).constant(),
                  channels = w.size(1).constant(), columns = y.size(3).constant();
    const int64_t reach = conv.attrs().get_ints("stride")[0] * (tile_lines - 1) +
                          conv.attrs().get_ints("dilation")[0] * (w.size(2).constant() - 1) + 1;
    const int64_t line_bytes = 4 * channels * reach * (columns + x.size(3).constant());
    if (channels > most_planes || columns < lanes || line_bytes > most_line_bytes) return false;
    // Multiply-adds of vectors for a line and a tap; those of neighbours are to win a quarter.
    const int64_t of_pixels = filters * (rounded_up(columns, lanes) / lanes);
    const int64_t of_filters = columns * (rounded_up(filters, lanes) / lanes);
    return 4 * of_pixels <= 3 * of_filters;
}

bool has_few_filters(const ir::Node& conv, const Machine& machine) {
    const TensorType &w = conv.input(1).type(), &y = conv.type();
    if (y.rank() != 4 || !conv.attrs().get_dim("groups").is_constant(1)) return false;
    for (const Dim& size : w.shape) {
        if (!is_constant(size)) return false;
    }
    if (!is_constant(y.size(2)) || !is_constant(y.size(3))) return false;
    const int64_t lanes = machine.vector_bytes / 4, filters = w.size(0).constant(),
                  columns = w.size(3).constant(), stride = conv.attrs().get_ints("stride")[1];
    // Cycles for a pixel of the result: steps of a sum, and an element that is read and added.
    const int64_t steps = w.size(1).constant() * w.size(2).constant();
    const int64_t together = steps * columns * rounded_up(filters, lanes) / lanes;
    const int64_t apart = stride * steps * rounded_up(filters * columns, lanes) / lanes;
    return together > 2 * (apart + 2 * filters * columns);
}

ir::Value with_columns_apart(ir::Graph& graph, const ir::Node& conv,
                             const std::function<ir::Value(ir::Node&)>& convolve) {
    const Shape &w = conv.input(1).type().shape, &y = conv.type().shape;
    const Shape& stride = conv.attrs().get_shape("stride");
    const Dim dilation = conv.attrs().get_shape("dilation")[1];
    ir::Value columns = graph.add("permute", {conv.input(1)}, {{"perm", Shape{3, 0, 1, 2}}});
    columns = graph.add("reshape", {columns}, {{"shape", Shape{w[3] * w[0], w[1], w[2], 1}}});
    Attrs attrs = conv.attrs();
    attrs.set("stride", Shape{stride[0], 1});
    attrs.set("dilation", Shape{conv.attrs().get_shape("dilation")[0], 1});
    const ir::Value z = convolve(*graph.add(conv.op(), {conv.input(0), columns}, attrs).node);
    const auto part = [&](const ir::Value& x, int64_t axis, const Dim& begin, const Dim& count,
                          const Dim& step) {
        return graph.add("slice", {x},
                         {{"axis", Dim(axis)}, {"begin", begin}, {"size", count}, {"step", step}});
    };
    ir::Value total;
    for (int64_t t = 0; t < w[3].constant(); ++t) {
        const ir::Value own = part(z, 1, t * w[0], w[0], 1);
        const ir::Value moved = part(own, 3, t * dilation, y[3], stride[1]);
        total = total ? graph.add("add", {total, moved}) : moved;
    }
    if (conv.input_count() < 3) return total;
    const ir::Value bias =
        graph.add("reshape", {conv.input(2)}, {{"shape", Shape{w[0], Dim(1), Dim(1)}}});
    return graph.add("add", {total, bias});
}

}  // namespace lithe::passes
