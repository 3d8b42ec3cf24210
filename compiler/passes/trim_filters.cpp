#include <algorithm>

#include "compiler/passes/kinds.h"
#include "compiler/passes/passes.h"

namespace lithe::passes {
namespace {

/// A convolution along one of its axes, of known size.
struct Line {
    int64_t pixels, places, taps, stride, dilation, begin, end;
};

/// Taps that follow one another.
struct Taps {
    int64_t first, count;
};

std::optional<Line> line_of(const ir::Node& conv, size_t axis) {
    const auto at = static_cast<int>(axis) + 2;
    const Attrs& attrs = conv.attrs();
    const Dim &pixels = conv.input(0).type().size(at), &places = conv.type().size(at),
              &taps = conv.input(1).type().size(at);
    const Dim &begin = attrs.get_shape("pad_begin")[axis], &end = attrs.get_shape("pad_end")[axis];
    for (const Dim& size : {pixels, places, taps, begin, end}) {
        if (!size.is_constant()) return std::nullopt;
    }
    return Line{.pixels = pixels.constant(),
                .places = places.constant(),
                .taps = taps.constant(),
                .stride = attrs.get_ints("stride")[axis],
                .dilation = attrs.get_ints("dilation")[axis],
                .begin = begin.constant(),
                .end = end.constant()};
}

bool meets_image(const Line& line, int64_t tap) {
    const int64_t shift = tap * line.dilation - line.begin;
    const int64_t first = std::max<int64_t>(0, ir::ceil_div(-shift, line.stride));
    return first < line.places && first * line.stride + shift < line.pixels;
}

/// All but those at the ends that see padding alone, of which so much can be left out.
Taps needed_taps(const Line& line) {
    int64_t first = 0, last = line.taps - 1;
    while (first < last && !meets_image(line, first)) ++first;
    while (last > first && !meets_image(line, last)) --last;
    first = std::min(first, line.begin / line.dilation);
    last = std::max(last, line.taps - 1 - line.end / line.dilation);
    return {first, last - first + 1};
}

}  // namespace

bool trim_filters(ir::Graph& graph) {
    return ir::rewrite(graph, [&](ir::Node& conv) -> ir::Value {
        if (!conv.is("conv")) return {};
        std::vector<ir::Value> operands = conv.inputs();
        Attrs attrs = conv.attrs();
        Shape begin = attrs.get_shape("pad_begin"), end = attrs.get_shape("pad_end");
        for (size_t axis = 0; axis < begin.size(); ++axis) {
            const std::optional<Line> line = line_of(conv, axis);
            if (!line || line->pixels < 1) continue;
            const Taps taps = needed_taps(*line);
            if (taps.count == line->taps) continue;
            begin[axis] = line->begin - taps.first * line->dilation;
            end[axis] = line->end - (line->taps - taps.first - taps.count) * line->dilation;
            operands[1] = graph.add("slice", {operands[1]},
                                    {{"axis", Dim(static_cast<int64_t>(axis) + 2)},
                                     {"begin", Dim(taps.first)},
                                     {"size", Dim(taps.count)},
                                     {"step", Dim(1)}});
        }
        if (operands[1] == conv.input(1)) return {};
        attrs.set("pad_begin", begin);
        attrs.set("pad_end", end);
        return graph.add(conv.op(), std::move(operands), attrs);
    });
}

}  // namespace lithe::passes
