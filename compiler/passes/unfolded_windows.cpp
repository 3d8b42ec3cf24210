#include "compiler/passes/unfolded_windows.h"

#include "compiler/ir/planes.h"
#include "compiler/passes/kinds.h"
#include "compiler/passes/packed_conv.h"

namespace lithe::passes {
namespace {

/// Pixels of an image, for each of which all weights are read again: so few that a product of all
/// images gains whatever tiles fit a line, and so many that it never does.
constexpr int64_t few_pixels = 16, most_pixels = 64;
/// Steps of the sum, from which on the weights come from far, and filters that share a window.
constexpr int64_t least_length = 1024, least_filters = 128;
/// Numbers that lie side by side in a window and are copied together.
constexpr int64_t least_channels = 32;

/// Element `tap` of every window along a spatial axis.
ir::Value places_of_tap(ir::Graph& graph, ir::Value x, const ir::Node& conv, int axis,
                        int64_t tap) {
    const auto at = static_cast<size_t>(axis) - 1;
    const Dim begin = tap * conv.attrs().get_shape("dilation")[at];
    return graph.add("slice", {x},
                     {{"axis", Dim(axis)},
                      {"begin", begin},
                      {"size", conv.type().size(axis + 1)},
                      {"step", conv.attrs().get_shape("stride")[at]}});
}

/// [N, H, W, taps * C]: the windows of all places.
ir::Value windows(ir::Graph& graph, const ir::Node& conv) {
    const Attrs& attrs = conv.attrs();
    const Shape& w = conv.input(1).type().shape;
    const ir::Value x = channels_last(graph, conv.input(0), attrs.get_shape("pad_begin"),
                                      attrs.get_shape("pad_end"));
    std::vector<ir::Value> taps;
    for (int64_t down = 0; down < w[2].constant(); ++down) {
        const ir::Value lines = places_of_tap(graph, x, conv, 1, down);
        for (int64_t across = 0; across < w[3].constant(); ++across)
            taps.push_back(places_of_tap(graph, lines, conv, 2, across));
    }
    return graph.add("cat", std::move(taps), {{"axis", Dim(3)}});
}

}  // namespace

bool pays_with_unfolded_windows(const ir::Node& conv, const Tile& tile, const Machine& machine) {
    const Shape &w = conv.input(1).type().shape, &y = conv.type().shape;
    if (!machine.has_few_registers() || y.size() != 4) return false;
    const Dim taps = w[2] * w[3], pixels = y[2] * y[3];
    if (!pixels.is_constant() || pixels.constant() > most_pixels) return false;
    const bool fills_lines = tile.vectors > 1 && y[3].constant() % tile.rows == 0;
    return !taps.is_constant(1) && (!fills_lines || pixels.constant() < few_pixels) &&
           w[1].constant() >= least_channels && w[0].constant() >= least_filters &&
           (taps * w[1]).constant() >= least_length;
}

ir::Value with_unfolded_windows(ir::Graph& graph, const ir::Node& conv,
                                const std::function<ir::Value(ir::Node&)>& multiply) {
    const Shape y = conv.type().shape;
    const ir::Value rows = windows(graph, conv), w = conv.input(1);
    const Dim length = rows.type().shape.back(), &filters = y[1];
    std::vector<ir::Value> operands = conv.inputs();
    operands[0] = graph.add("reshape", {rows}, {{"shape", Shape{y[0] * y[2] * y[3], length}}});
    operands[1] = graph.add("permute", {w}, {{"perm", moved_channels(4, true)}});
    operands[1] = graph.add("reshape", {operands[1]}, {{"shape", Shape{filters, length}}});
    const ir::Value product = multiply(*graph.add("linear", std::move(operands), {}).node);
    const ir::Value pixels =
        graph.add("reshape", {product}, {{"shape", Shape{y[0], y[2], y[3], filters}}});
    return graph.add("permute", {pixels}, {{"perm", moved_channels(4, false)}});
}

}  // namespace lithe::passes
