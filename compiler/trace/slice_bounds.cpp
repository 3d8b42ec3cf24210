#include "compiler/trace/slice_bounds.h"

#include <algorithm>
#include <optional>

#include "dsl/warning.h"
#include "runtime/error.h"

namespace lithe::tracing {
namespace {

/// slope * symbol + offset
struct Line {
    int64_t slope = 0, offset = 0;
};

/// The size as a line over its only symbol, tried at several places of its range.
std::optional<Line> line_of(const Dim& dim, const ir::Symbol& symbol) {
    const auto at = [&](int64_t value) {
        return dim.evaluate([&](const std::string&) { return std::optional(value); });
    };
    const auto first = at(symbol.min), second = at(symbol.min + 1);
    if (!first || !second) return std::nullopt;
    const Line line{*second - *first, *first - (*second - *first) * symbol.min};
    for (const int64_t value : {symbol.min + 2, symbol.min + 5, symbol.max}) {
        if (at(value) != line.slope * value + line.offset) return std::nullopt;
    }
    return line;
}

int64_t floor_of(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }

/// Keeps `room` at least 0 by the range of its symbol; what that cannot say is left alone.
void keep_room(ir::Program& program, const Dim& room, const ir::Node& node) {
    const std::vector<std::string> names = room.symbols();
    if (names.size() != 1) return;
    const auto symbol =
        std::find_if(program.symbols.begin(), program.symbols.end(),
                     [&](const ir::Symbol& candidate) { return candidate.name == names[0]; });
    if (symbol == program.symbols.end() || symbol->max < symbol->min) return;
    const std::optional<Line> line = line_of(room, *symbol);
    if (!line || line->slope == 0) return;
    int64_t min = symbol->min, max = symbol->max;
    if (line->slope > 0) {
        min = std::max(min, -floor_of(line->offset, line->slope));
    } else {
        max = std::min(max, floor_of(line->offset, -line->slope));
    }
    if (min == symbol->min && max == symbol->max) return;
    const std::string range = std::to_string(symbol->min) + ".." + std::to_string(symbol->max);
    if (min > max) {
        throw UserError("slice.symbolic_range",
                        "slice: " + node.attrs().get_dim("size").str() + " elements from " +
                            node.attrs().get_dim("begin").str() + " of " +
                            node.input(0).type().str() + " lie within it for no " + symbol->name +
                            " in " + range,
                        node.line.empty() ? "" : "  at " + node.line);
    }
    warn("trace: a slice of " + node.input(0).type().str() + " needs " + symbol->name + " within " +
         std::to_string(min) + ".." + std::to_string(max) + "; the range was " + range);
    symbol->min = min;
    symbol->max = max;
}

}  // namespace

void narrow_ranges(ir::Program& program) {
    for (const auto& graph : program.graphs) {
        for (const auto& node : graph->nodes()) {
            if (!node->is("slice") && !node->is("slice_scatter")) continue;
            const auto axis = static_cast<int>(node->attrs().get_int("axis"));
            const Dim &begin = node->attrs().get_dim("begin"),
                      &size = node->attrs().get_dim("size");
            if (size.is_constant(0)) continue;
            const Dim last = begin + (size - 1) * node->attrs().get_int("step");
            keep_room(program, node->input(0).type().size(axis) - 1 - last, *node);
        }
    }
}

}  // namespace lithe::tracing
