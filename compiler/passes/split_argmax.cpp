#include "compiler/passes/numbers.h"
#include "compiler/passes/passes.h"

namespace lithe::passes {
namespace {

/// Where x is the largest of its line; NaN counts as largest, as it does for amax.
ir::Value is_largest(ir::Graph& graph, ir::Value x, const Dim& axis) {
    const ir::Value most = graph.add("amax", {x}, {{"axes", Shape{axis}}, {"keepdim", true}});
    const ir::Value equal = graph.add("eq", {x, most}, {});
    if (!is_floating(x.type().dtype)) return equal;
    const ir::Value number = graph.add("eq", {x, x}, {});
    return graph.add("logical_or", {equal, graph.add("logical_not", {number}, {})}, {});
}

/// The largest or least of each line, where a node gathers it from its place.
ir::Value gathered_extreme(ir::Graph& graph, const ir::Node& gather) {
    if (!gather.is("gather") || !gather.input(1).node->is("argmax")) return {};
    const ir::Value x = gather.input(0);
    const ir::Node& argmax = *gather.input(1).node;
    const bool is_along = x.type().rank() > 0 && argmax.attrs().get_bool("keepdim") &&
                          argmax.attrs().get_int("axis") == gather.attrs().get_int("axis");
    const ir::Value of = argmax.input(0);
    const bool is_least = of.node->is("neg") && of.node->input(0) == x;
    if (!is_along || !(of == x || is_least)) return {};
    return graph.add(is_least ? "amin" : "amax", {x},
                     {{"axes", Shape{argmax.attrs().get_dim("axis")}}, {"keepdim", true}});
}

}  // namespace

bool split_argmax(ir::Graph& graph) {
    const bool has_extremes = ir::rewrite(
        graph, [&](ir::Node& node) -> ir::Value { return gathered_extreme(graph, node); });
    if (has_extremes) eliminate_dead_nodes(graph);  // places that only they asked for
    const bool has_places = ir::rewrite(graph, [&](ir::Node& node) -> ir::Value {
        const bool is_number = node.is("argmax") && node.input(0).type().rank() == 0;
        if (!node.is("argmax") || is_number) return {};

        const ir::Value x = node.input(0);
        const Dim axis = node.attrs().get_dim("axis");
        const int at = static_cast<int>(axis.constant());
        const Dim size = x.type().size(at);
        const ir::Value all = places(graph, 0, size, x.type().rank() - at);
        const ir::Value beyond = number(graph, size, DType::i64);
        const ir::Value candidates =
            graph.add("where", {is_largest(graph, x, axis), all, beyond}, {});
        return graph.add("amin", {candidates},
                         {{"axes", Shape{axis}}, {"keepdim", node.attrs().get_bool("keepdim")}});
    });
    return has_extremes || has_places;
}

}  // namespace lithe::passes
