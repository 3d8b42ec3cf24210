#include "compiler/passes/dilated.h"

#include "compiler/ir/sizes.h"
#include "compiler/passes/packed_conv.h"
#include "compiler/passes/winograd.h"

namespace lithe::passes {
namespace {

/// Bytes a cycle at which pixels are put in another order.
constexpr double sorted_bytes = 8;

/// How an axis is cut into phases.
struct Cut {
    int64_t dilation;
    int64_t before, after;  ///< pixels that are added, so that all phases are as long
    int64_t begin, end;     ///< padding of a phase
    int64_t pixels, places;
    int64_t all_places;  ///< of the axis
};

Cut cut_of(const ir::Node& conv, size_t axis) {
    const Attrs& attrs = conv.attrs();
    const auto at = static_cast<int>(axis) + 2;
    const int64_t pixels = conv.input(0).type().size(at).constant();
    const int64_t begin = attrs.get_ints("pad_begin")[axis], end = attrs.get_ints("pad_end")[axis];
    Cut cut{.dilation = attrs.get_ints("dilation")[axis],
            .all_places = conv.type().size(at).constant()};
    const int64_t d = cut.dilation;
    cut.places = ir::ceil_div(cut.all_places, d);
    cut.before = begin % d;
    cut.pixels = ir::ceil_div(cut.before + pixels, d);
    cut.after = cut.pixels * d - cut.before - pixels;
    cut.begin = begin / d;
    // The last phases may have a place less: theirs is computed and left out.
    cut.end = (end + cut.places * d - cut.all_places - cut.after) / d;
    return cut;
}

std::vector<Cut> cuts_of(const ir::Node& conv) {
    std::vector<Cut> cuts;
    for (size_t axis = 0; axis < conv.attrs().get_shape("dilation").size(); ++axis)
        cuts.push_back(cut_of(conv, axis));
    return cuts;
}

bool fits(const ir::Node& conv) {
    const Attrs& attrs = conv.attrs();
    const TensorType &x = conv.input(0).type(), &y = conv.type();
    if (y.rank() < 3 || y.rank() > 4 || !attrs.get_dim("groups").is_constant(1)) return false;
    if (ir::all_are(attrs.get_shape("dilation"), 1) || !ir::all_are(attrs.get_shape("stride"), 1))
        return false;
    if (!is_constant(attrs.get_shape("pad_begin")) || !is_constant(attrs.get_shape("pad_end")))
        return false;
    for (int axis = 2; axis < y.rank(); ++axis) {
        if (!is_constant(x.size(axis)) || !is_constant(y.size(axis))) return false;
    }
    return true;
}

ir::Value with_phases_in_front(ir::Graph& graph, ir::Value x, const std::vector<Cut>& cuts) {
    const int rank = x.type().rank();
    Shape before, after, split{x.type().size(0)}, order{0}, image{x.type().size(0)};
    for (const Cut& cut : cuts) {
        before.emplace_back(cut.before);
        after.emplace_back(cut.after);
        split.insert(split.end(), {Dim(cut.pixels), Dim(cut.dilation)});
        image[0] = image[0] * cut.dilation;
        image.emplace_back(cut.pixels);
        order.emplace_back(2 * static_cast<int64_t>(order.size()));
    }
    for (size_t i = 0; i < cuts.size(); ++i) order.emplace_back(2 * static_cast<int64_t>(i) + 1);
    order.emplace_back(2 * static_cast<int64_t>(cuts.size()) + 1);
    split.push_back(x.type().size(1));
    image.push_back(x.type().size(1));
    x = graph.add("permute", {x}, {{"perm", moved_channels(rank, true)}});
    x = padded(graph, x, before, after);
    x = graph.add("reshape", {x}, {{"shape", split}});
    x = graph.add("permute", {x}, {{"perm", order}});
    x = graph.add("reshape", {x}, {{"shape", image}});
    return graph.add("permute", {x}, {{"perm", moved_channels(rank, false)}});
}

ir::Value in_places(ir::Graph& graph, ir::Value y, const Dim& images,
                    const std::vector<Cut>& cuts) {
    const int rank = y.type().rank();
    const auto count = static_cast<int64_t>(cuts.size());
    Shape split{images}, order{0}, image{images};
    for (const Cut& cut : cuts) split.emplace_back(cut.dilation);
    for (const Cut& cut : cuts) {
        split.emplace_back(cut.places);
        image.emplace_back(cut.places * cut.dilation);
    }
    for (int64_t i = 1; i <= count; ++i) order.insert(order.end(), {Dim(count + i), Dim(i)});
    order.emplace_back(2 * count + 1);
    split.push_back(y.type().size(1));
    image.push_back(y.type().size(1));
    y = graph.add("permute", {y}, {{"perm", moved_channels(rank, true)}});
    y = graph.add("reshape", {y}, {{"shape", split}});
    y = graph.add("permute", {y}, {{"perm", order}});
    y = graph.add("reshape", {y}, {{"shape", image}});
    for (int64_t i = 0; i < count; ++i) {
        const Dim places = cuts[static_cast<size_t>(i)].all_places;
        if (same(places, y.type().size(static_cast<int>(i) + 1))) continue;
        y = graph.add(
            "slice", {y},
            {{"axis", Dim(i + 1)}, {"begin", Dim(0)}, {"size", places}, {"step", Dim(1)}});
    }
    return graph.add("permute", {y}, {{"perm", moved_channels(rank, false)}});
}

/// The phases of a line side by side: a line of an image has a pixel of each, and lies in memory as
/// it did.
ir::Value line_as_image(ir::Graph& graph, ir::Value x, const Cut& cut) {
    const Dim images = x.type().size(0), channels = x.type().size(1);
    x = graph.add("permute", {x}, {{"perm", moved_channels(3, true)}});
    x = padded(graph, x, {Dim(cut.before)}, {Dim(cut.after)});
    x = graph.add("reshape", {x}, {{"shape", Shape{images, cut.pixels, cut.dilation, channels}}});
    return graph.add("permute", {x}, {{"perm", moved_channels(4, false)}});
}

ir::Value image_as_line(ir::Graph& graph, const ir::Value& y, const Cut& cut) {
    const Dim images = y.type().size(0), channels = y.type().size(1);
    ir::Value line = with_channels_last(graph, y);
    line = graph.add("reshape", {line},
                     {{"shape", Shape{images, cut.places * cut.dilation, channels}}});
    if (cut.places * cut.dilation != cut.all_places) {
        line = graph.add(
            "slice", {line},
            {{"axis", Dim(1)}, {"begin", Dim(0)}, {"size", cut.all_places}, {"step", Dim(1)}});
    }
    return graph.add("permute", {line}, {{"perm", moved_channels(3, false)}});
}

ir::Value convolved_line(ir::Graph& graph, const ir::Node& conv,
                         const std::function<ir::Value(ir::Node&)>& convolve) {
    const Cut cut = cut_of(conv, 0);
    const Shape& w = conv.input(1).type().shape;
    std::vector<ir::Value> operands = conv.inputs();
    operands[0] = line_as_image(graph, operands[0], cut);
    operands[1] = graph.add("reshape", {operands[1]}, {{"shape", Shape{w[0], w[1], w[2], 1}}});
    Attrs attrs = conv.attrs();
    attrs.set("stride", Shape{1, 1});
    attrs.set("dilation", Shape{1, 1});
    attrs.set("pad_begin", Shape{cut.begin, 0});
    attrs.set("pad_end", Shape{cut.end, 0});
    return image_as_line(graph, convolve(*graph.add(conv.op(), operands, attrs).node), cut);
}

/// Cycles to put the pixels of an axis or two, and the results, in another order or into a line
/// that the phases divide.
double moving_cycles(const ir::Node& conv, const std::vector<Cut>& cuts, int64_t images) {
    const bool is_line = conv.type().rank() == 3;
    const bool moves_pixels = !is_line || cuts[0].before > 0 || cuts[0].after > 0;
    const bool moves_places = !is_line || cuts[0].places * cuts[0].dilation > cuts[0].all_places;
    const auto cycles = [&](const Shape& shape) {
        const Dim count = product(Shape(shape.begin() + 1, shape.end()));
        return 4.0 * static_cast<double>(images * count.constant()) / sorted_bytes;
    };
    return (moves_pixels ? cycles(conv.input(0).type().shape) : 0) +
           (moves_places ? cycles(conv.type().shape) : 0);
}

WinogradProblem problem_of_phases(const ir::Node& conv, WinogradProblem problem,
                                  const std::vector<Cut>& cuts) {
    problem.height = cuts[0].places;
    if (conv.type().rank() == 3) {
        problem.taps = {problem.taps[1], 1};
        problem.width = cuts[0].dilation;
    } else {
        problem.images *= cuts[0].dilation * cuts[1].dilation;
        problem.width = cuts[1].places;
    }
    return problem;
}

}  // namespace

bool pays_in_phases(ir::Graph& graph, const ir::Node& conv, const Machine& machine) {
    if (!fits(conv)) return false;
    const ir::Node& plane = conv.type().rank() == 3 ? *with_height(graph, conv).node : conv;
    std::optional<WinogradProblem> phases = winograd_problem(plane, Dilation::ignored);
    if (!phases) return false;
    const WinogradProblem whole = *phases;
    const std::vector<Cut> cuts = cuts_of(conv);
    *phases = problem_of_phases(conv, whole, cuts);
    if (!can_have_plans(*phases)) return false;
    const std::vector<WinogradPlan> plans = ranked_winograd_plans(*phases, machine);
    const double cycles = moving_cycles(conv, cuts, whole.images);
    return !plans.empty() && winograd_pays(whole, plans[0].cost + cycles, machine);
}

ir::Value in_phases(ir::Graph& graph, const ir::Node& conv,
                    const std::function<ir::Value(ir::Node&)>& convolve) {
    if (conv.type().rank() == 3) return convolved_line(graph, conv, convolve);
    const std::vector<Cut> cuts = cuts_of(conv);
    Shape begin, end;
    for (const Cut& cut : cuts) {
        begin.emplace_back(cut.begin);
        end.emplace_back(cut.end);
    }
    std::vector<ir::Value> operands = conv.inputs();
    operands[0] = with_phases_in_front(graph, operands[0], cuts);
    Attrs attrs = conv.attrs();
    attrs.set("dilation", Shape(cuts.size(), Dim(1)));
    attrs.set("pad_begin", begin);
    attrs.set("pad_end", end);
    const ir::Value y = convolve(*graph.add(conv.op(), operands, attrs).node);
    return in_places(graph, y, conv.type().size(0), cuts);
}

}  // namespace lithe::passes
