#include "compiler/passes/picked_pixels.h"

#include "compiler/ir/planes.h"
#include "compiler/passes/kinds.h"

namespace lithe::passes {
namespace {

/// Panels of filters, each of which would read the image as it is.
constexpr int64_t least_filters = 64;

}  // namespace

bool pays_with_picked_pixels(const ir::Node& conv, const Machine& machine) {
    const Shape &w = conv.input(1).type().shape, &y = conv.type().shape;
    const Attrs& attrs = conv.attrs();
    return machine.has_few_registers() && y.size() == 4 && ir::has_short_lines(y.back()) &&
           attrs.get_dim("groups").is_constant(1) && !is_padded(conv) &&
           ir::all_are({w.begin() + 2, w.end()}, 1) && !ir::all_are(attrs.get_shape("stride"), 1) &&
           w[0].constant() >= least_filters;
}

ir::Value with_picked_pixels(ir::Graph& graph, const ir::Node& conv,
                             const std::function<ir::Value(ir::Node&)>& convolve) {
    std::vector<ir::Value> operands = conv.inputs();
    const Shape& stride = conv.attrs().get_shape("stride");
    for (const int axis : {2, 3}) {
        const Dim& step = stride[static_cast<size_t>(axis) - 2];
        if (step.is_constant(1)) continue;
        operands[0] = graph.add("slice", {operands[0]},
                                {{"axis", Dim(axis)},
                                 {"begin", Dim(0)},
                                 {"size", conv.type().size(axis)},
                                 {"step", step}});
    }
    Attrs attrs = conv.attrs();
    attrs.set("stride", Shape{1, 1});
    return convolve(*graph.add(conv.op(), std::move(operands), attrs).node);
}

}  // namespace lithe::passes
