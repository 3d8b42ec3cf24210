#include "compiler/passes/transposed_forms.h"

#include "compiler/passes/transposed_filters.h"

namespace lithe::passes {
namespace {

ir::Value part(ir::Graph& graph, ir::Value value, int64_t axis, int64_t index, const Dim& size) {
    return graph.add(
        "slice", {value},
        {{"axis", Dim(axis)}, {"begin", size * index}, {"size", size}, {"step", Dim(1)}});
}

}  // namespace

ir::Value reversed_convolution(ir::Graph& graph, const ir::Node& node,
                               const std::function<ir::Value(ir::Node&)>& convolve) {
    const Attrs& attrs = node.attrs();
    const Shape &w = node.input(1).type().shape, &x = node.input(0).type().shape;
    const Shape& dilation = attrs.get_shape("dilation");
    Shape before, after;
    for (size_t axis = 2; axis < w.size(); ++axis) {
        const Dim reach = dilation[axis - 2] * (w[axis] - 1);
        before.push_back(reach - attrs.get_shape("pad_begin")[axis - 2]);
        after.push_back(node.type().shape[axis] - x[axis] + reach - before.back());
        for (const Dim& pad : {before.back(), after.back()}) {
            if (!pad.is_constant() || pad.constant() < 0) return {};
        }
    }
    std::vector<ir::Value> operands = node.inputs();
    operands[1] = filters_of_neighbours(graph, operands[1], attrs.get_shape("stride"));
    return convolve(*graph
                         .add("conv", std::move(operands),
                              {{"stride", attrs.get_shape("stride")},
                               {"dilation", dilation},
                               {"groups", Dim(1)},
                               {"pad_begin", before},
                               {"pad_end", after}})
                         .node);
}

bool has_wide_groups(const ir::Node& node) {
    constexpr int64_t most_groups = 32, least_channels = 2;
    const Dim &groups = node.attrs().get_dim("groups"), &channels = node.input(1).type().size(0);
    return groups.is_constant() && channels.is_constant() && groups.constant() > 1 &&
           groups.constant() <= most_groups &&
           channels.constant() >= least_channels * groups.constant();
}

ir::Value group_by_group(ir::Graph& graph, const ir::Node& node,
                         const std::function<ir::Value(ir::Node&)>& transpose) {
    const int64_t groups = node.attrs().get_dim("groups").constant();
    const Dim channels = Dim(node.input(1).type().size(0).constant() / groups);
    const Dim filters = node.input(1).type().size(1);
    Attrs attrs = node.attrs();
    attrs.set("groups", Dim(1));
    std::vector<ir::Value> results;
    for (int64_t group = 0; group < groups; ++group) {
        std::vector<ir::Value> operands{part(graph, node.input(0), 1, group, channels),
                                        part(graph, node.input(1), 0, group, channels)};
        if (node.input_count() > 2)
            operands.push_back(part(graph, node.input(2), 0, group, filters));
        ir::Node& alone = *graph.add(node.op(), std::move(operands), attrs).node;
        const ir::Value result = transpose(alone);
        if (!result) return {};
        results.push_back(result);
    }
    return graph.add("cat", std::move(results), {{"axis", Dim(1)}});
}

}  // namespace lithe::passes
