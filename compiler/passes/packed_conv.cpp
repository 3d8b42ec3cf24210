#include "compiler/passes/packed_conv.h"

#include <algorithm>

#include "compiler/ir/ops.h"
#include "compiler/ir/planes.h"
#include "compiler/ir/sizes.h"

namespace lithe::passes {

Shape moved_channels(int rank, bool to_back) {
    Shape order{0};
    if (!to_back) order.push_back(rank - 1);
    for (int axis = to_back ? 2 : 1; axis < (to_back ? rank : rank - 1); ++axis)
        order.push_back(axis);
    if (to_back) order.push_back(1);
    return order;
}

namespace {

/// Zeros around the pixels, whose first axis is `first`.
ir::Value padded_from(ir::Graph& graph, ir::Value x, size_t first, const Shape& begin,
                      const Shape& end) {
    if (ir::all_are(begin, 0) && ir::all_are(end, 0)) return x;
    Shape before(begin.size() + 2, Dim(0)), after = before;
    std::copy(begin.begin(), begin.end(), before.begin() + static_cast<std::ptrdiff_t>(first));
    std::copy(end.begin(), end.end(), after.begin() + static_cast<std::ptrdiff_t>(first));
    return graph.add("pad", {x}, {{"begin", before}, {"end", after}, {"value", 0.0}});
}

/// Lines of memory, of planes of so many bytes, that the nearest cache holds at once.
int64_t held_lines(int64_t plane_bytes) {
    constexpr int64_t near_lines = 512;
    return std::min(near_lines, cache_ways * distinct_sets(plane_bytes));
}

}  // namespace

ir::Value padded(ir::Graph& graph, ir::Value x, const Shape& begin, const Shape& end) {
    return padded_from(graph, x, 1, begin, end);
}

ir::Value channels_last(ir::Graph& graph, ir::Value x, const Shape& begin, const Shape& end) {
    const Dim& channels = x.type().size(1);
    const bool is_shallow = channels.is_constant() && channels.constant() <= few_channels;
    if (is_shallow) x = padded_from(graph, x, 2, begin, end);
    x = graph.add("permute", {x}, {{"perm", moved_channels(x.type().rank(), true)}});
    return is_shallow ? x : padded(graph, x, begin, end);
}

ir::Value with_channels_last(ir::Graph& graph, const ir::Value& y) {
    const int rank = y.type().rank();
    const bool is_moved_back = y.node->is("permute") &&
                               same(y.node->attrs().get_shape("perm"), moved_channels(rank, false));
    if (is_moved_back) return y.node->input(0);
    return graph.add("permute", {y}, {{"perm", moved_channels(rank, true)}});
}

ir::Value packed_conv(ir::Graph& graph, std::vector<ir::Value> operands, int64_t rows,
                      int64_t width, Attrs attrs) {
    operands[1] = graph.add(ir::pack_filters_op, {operands[1]}, {{"panel", Dim(width)}});
    attrs.set("tile_rows", Dim(rows));
    return graph.add(ir::packed_conv_op, std::move(operands), attrs);
}

std::optional<Shape> image_rows(const ir::Node& conv) {
    constexpr int64_t least_part = 64;  // of all taps, one
    const Attrs& attrs = conv.attrs();
    const Dim &height = conv.input(0).type().size(2), &places = conv.type().size(2);
    const Dim& begin = attrs.get_shape("pad_begin")[0];
    if (conv.type().rank() != 4 || !is_constant(height) || !is_constant(places)) return {};
    if (!begin.is_constant()) return {};
    int64_t met = 0, all = 0;
    for (int64_t t = 0; t < conv.input(1).type().size(2).constant(); ++t) {
        for (int64_t y = 0; y < places.constant(); ++y, ++all) {
            const int64_t row = y * attrs.get_ints("stride")[0] +
                                t * attrs.get_ints("dilation")[0] - begin.constant();
            if (row >= 0 && row < height.constant()) ++met;
        }
    }
    if (least_part * (all - met) < all) return {};
    return Shape{begin, begin + height};
}

Dim tiled_row(const ir::Node& conv, const Machine& machine) {
    const Shape &y = conv.type().shape, &w = conv.input(1).type().shape;
    const bool takes_pixels = ir::all_are({w.begin() + 2, w.end()}, 1) &&
                              ir::all_are(conv.attrs().get_shape("stride"), 1);
    // What waits for panels is best done by tall tiles, whether a line is a multiple of them or
    // not.
    const bool waits = conv_limits(machine, w[1].constant()).vector_cycles > 0;
    const bool is_short = ir::has_short_lines(y.back()) || (waits && ir::can_be_short(y.back()));
    if (!is_short || y.size() != 4 || !takes_pixels) return y.back();
    return y[0].is_constant() ? y[0] * y[2] * y[3] : y[2] * y[3];
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

ir::Value padded_groups(ir::Graph& graph, ir::Value value, int64_t groups, int64_t width) {
    Shape shape = value.type().shape, parts = shape;
    const int64_t filters = shape[0].constant() / groups;
    shape[0] = groups * width;
    parts[0] = filters;
    parts.insert(parts.begin(), Dim(groups));
    const Shape begin(parts.size(), Dim(0));
    Shape end = begin;
    end[1] = width - filters;
    value = graph.add("reshape", {value}, {{"shape", parts}});
    value = graph.add("pad", {value}, {{"begin", begin}, {"end", end}, {"value", 0.0}});
    return graph.add("reshape", {value}, {{"shape", shape}});
}

ir::Value first_of_groups(ir::Graph& graph, ir::Value value, int64_t groups, int64_t filters) {
    Shape shape = value.type().shape, parts = shape;
    parts.back() = groups;
    parts.emplace_back(shape.back().constant() / groups);
    shape.back() = groups * filters;
    const auto axis = static_cast<int64_t>(parts.size()) - 1;
    value = graph.add("reshape", {value}, {{"shape", parts}});
    value = graph.add(
        "slice", {value},
        {{"axis", Dim(axis)}, {"begin", Dim(0)}, {"size", Dim(filters)}, {"step", Dim(1)}});
    return graph.add("reshape", {value}, {{"shape", shape}});
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

bool skims_planes(const ir::Node& layout, const ir::Node& conv) {
    constexpr int64_t line_bytes = 64, many_panels = 4;
    if (!conv.is("packed_conv") || conv.input(0).node != &layout || !layout.is("permute"))
        return false;
    const Shape &filters = conv.input(1).type().shape, &planes = layout.input(0).type().shape;
    const Dim &panels = filters.front(), &channels = filters[filters.size() - 2];
    const Dim plane = product(Shape(planes.begin() + 2, planes.end()));
    if (!panels.is_constant() || !channels.is_constant() || !plane.is_constant()) return false;
    return conv.attrs().get_int("tile_rows") * 4 * 2 <= line_bytes &&
           panels.constant() >= many_panels && plane.constant() > 0 &&
           channels.constant() >= held_lines(4 * plane.constant());
}

}  // namespace lithe::passes
