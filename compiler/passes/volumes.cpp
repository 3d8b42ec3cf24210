#include "compiler/passes/volumes.h"

#include "compiler/ir/sizes.h"
#include "compiler/passes/packed_conv.h"
#include "compiler/passes/winograd.h"

namespace lithe::passes {
namespace {

/// Bytes a cycle at which slices are put side by side.
constexpr double copied_bytes = 8;

Shape in_plane(const Shape& axes) { return {axes.begin() + 1, axes.end()}; }

bool fits(const ir::Node& conv) {
    const Attrs& attrs = conv.attrs();
    const Shape &x = conv.input(0).type().shape, &y = conv.type().shape;
    if (y.size() != 5 || !attrs.get_dim("groups").is_constant(1)) return false;
    return ir::all_are(in_plane(attrs.get_shape("dilation")), 1) &&
           is_constant(conv.input(1).type().shape) && is_constant(Shape(x.begin() + 1, x.end())) &&
           is_constant(Shape(y.begin() + 1, y.end()));
}

WinogradProblem problem_of(const ir::Node& conv) {
    const Shape &w = conv.input(1).type().shape, &y = conv.type().shape;
    WinogradProblem p;
    p.has_known_batch = y[0].is_constant();
    p.images = (p.has_known_batch ? y[0].constant() : 1) * y[2].constant();
    p.height = y[3].constant();
    p.width = y[4].constant();
    p.channels = w[1].constant() * w[2].constant();
    p.filters = w[0].constant();
    p.taps = {w[3].constant(), w[4].constant()};
    p.stride = Sizes{conv.attrs().get_ints("stride")[1], conv.attrs().get_ints("stride")[2]};
    return p;
}

ir::Value slices_of(ir::Graph& graph, const ir::Node& conv) {
    const Attrs& attrs = conv.attrs();
    const Shape &w = conv.input(1).type().shape, &y = conv.type().shape;
    ir::Value x =
        graph.add("permute", {conv.input(0)}, {{"perm", moved_channels(5, /*to_back=*/true)}});
    x = padded(graph, x, {attrs.get_shape("pad_begin")[0], Dim(0), Dim(0)},
               {attrs.get_shape("pad_end")[0], Dim(0), Dim(0)});
    std::vector<ir::Value> parts;
    for (int64_t t = 0; t < w[2].constant(); ++t) {
        parts.push_back(graph.add("slice", {x},
                                  {{"axis", Dim(1)},
                                   {"begin", t * attrs.get_shape("dilation")[0]},
                                   {"size", y[2]},
                                   {"step", attrs.get_shape("stride")[0]}}));
    }
    if (parts.size() > 1) parts = {graph.add("cat", parts, {{"axis", Dim(4)}})};
    const Shape image = conv.input(0).type().shape;
    x = graph.add("reshape", {parts[0]},
                  {{"shape", Shape{image[0] * y[2], image[3], image[4], w[2] * w[1]}}});
    return graph.add("permute", {x}, {{"perm", moved_channels(4, /*to_back=*/false)}});
}

ir::Value filters_of(ir::Graph& graph, ir::Value filters) {
    const Shape w = filters.type().shape;
    filters = graph.add("permute", {filters}, {{"perm", Shape{0, 2, 1, 3, 4}}});
    return graph.add("reshape", {filters}, {{"shape", Shape{w[0], w[2] * w[1], w[3], w[4]}}});
}

}  // namespace

bool pays_as_images(const ir::Node& conv, const Machine& machine) {
    if (!fits(conv)) return false;
    const WinogradProblem p = problem_of(conv);
    if (!can_have_plans(p)) return false;
    const std::vector<WinogradPlan> plans = ranked_winograd_plans(p, machine);
    if (plans.empty()) return false;
    const Shape& x = conv.input(0).type().shape;
    const double copied =
        4.0 * static_cast<double>(p.images * p.channels * x[3].constant() * x[4].constant());
    return winograd_pays(p, plans[0].cost + copied / copied_bytes, machine);
}

ir::Value as_images(ir::Graph& graph, const ir::Node& conv,
                    const std::function<ir::Value(ir::Node&)>& convolve) {
    std::vector<ir::Value> operands = conv.inputs();
    operands[0] = slices_of(graph, conv);
    operands[1] = filters_of(graph, operands[1]);
    Attrs attrs = conv.attrs();
    for (const char* name : {"stride", "dilation", "pad_begin", "pad_end"})
        attrs.set(name, in_plane(conv.attrs().get_shape(name)));
    ir::Value y = convolve(*graph.add(conv.op(), operands, attrs).node);
    const Shape& result = conv.type().shape;
    y = graph.add("permute", {y}, {{"perm", moved_channels(4, /*to_back=*/true)}});
    y = graph.add("reshape", {y},
                  {{"shape", Shape{result[0], result[2], result[3], result[4], result[1]}}});
    return graph.add("permute", {y}, {{"perm", moved_channels(5, /*to_back=*/false)}});
}

}  // namespace lithe::passes
