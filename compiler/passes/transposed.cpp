#include "compiler/passes/transposed.h"

#include <algorithm>
#include <optional>

#include "compiler/ir/sizes.h"
#include "compiler/passes/conv_choices.h"
#include "compiler/passes/packed_conv.h"
#include "compiler/passes/transposed_filters.h"
#include "compiler/passes/transposed_forms.h"
#include "compiler/passes/transposed_node.h"
#include "compiler/passes/transposed_uneven.h"

namespace lithe::passes {
namespace {

/// s windows apart, of the same image.
struct Phases {
    Shape begin;          ///< {phase_begin}
    Shape before, after;  ///< padding of the image
    Shape places;         ///< of every phase
};

class Transposed : TransposedNode {
public:
    Transposed(ir::Graph& graph, ir::Node& node, const Machine& machine, const TransposedHelp& help)
        : TransposedNode(node), graph_(graph), machine_(machine), help_(help) {}

    ir::Value run() {
        const Shape& w = node_.input(1).type().shape;
        for (const Dim& size : w) {
            if (!is_constant(size)) return {};
        }
        bool is_uneven = false;  // some neighbours have fewer taps
        for (size_t i = 0; i < axes_; ++i) {
            const int64_t s = stride_[i].constant();
            taps_.push_back(Dim(w[i + 2].constant() / s));
            is_uneven |= w[i + 2].constant() % s != 0;
        }
        if (is_uneven) {
            const ir::Value y = uneven_neighbours(graph_, node_, help_);
            return y ? in_planes(y, Shape(axes_, Dim(0))) : y;
        }
        const std::optional<Phases> phases = axes_ == 2 ? phases_apart() : std::nullopt;
        return phases ? apart(*phases) : together();
    }

private:
    /// All neighbours of a place as channels of one convolution.
    ir::Value together() {
        const std::optional<ir::Value> conv = convolution();
        if (!conv) return {};
        const ir::Value packed = help_.convolution(*conv->node);
        return packed ? placed(with_channels_last(graph_, packed), begin_) : ir::Value();
    }

    std::optional<ir::Value> convolution() {
        Shape before, after;
        for (size_t i = 0; i < axes_; ++i) {
            const std::optional<Dim> places =
                rounds_of(begin_[i] + result(i), image(i), stride_[i]);
            if (!places || (*places - image(i)).constant() < 0) return {};
            before.push_back(taps_[i] - 1);
            after.push_back(*places - image(i));
        }
        std::vector<ir::Value> operands{node_.input(0),
                                        filters_of_neighbours(graph_, node_.input(1), stride_)};
        if (has_bias()) operands.push_back(bias_of_neighbours());
        const Shape ones(axes_, Dim(1));
        return graph_.add("conv", operands,
                          {{"stride", ones},
                           {"dilation", ones},
                           {"groups", Dim(1)},
                           {"pad_begin", before},
                           {"pad_end", after}});
    }

    /// The bias once for every neighbour.
    ir::Value bias_of_neighbours() {
        const Dim count = neighbour_count();
        const ir::Value bias =
            graph_.add("expand", {node_.input(2)}, {{"shape", Shape{count, filters_}}});
        return graph_.add("reshape", {bias}, {{"shape", Shape{count * filters_}}});
    }

    /// Where the neighbours of a place come from windows apart, so that computing them from one
    /// would compute places that the result has not.
    std::optional<Phases> phases_apart() const {
        Phases phases;
        bool are_apart = false;
        for (size_t i = 0; i < 2; ++i) {
            const int64_t s = stride_[i].constant(), pad = begin_[i].constant();
            are_apart |= pad % s != 0;
            const std::optional<Dim> places = rounds(i);
            if (!places) return {};
            phases.begin.push_back(Dim(pad % s));
            phases.places.push_back(*places);
            phases.before.push_back(taps_[i] - 1 - pad / s);
            const int64_t last_shift = (s - 1 + pad % s) / s;
            phases.after.push_back(*places + taps_[i].constant() - 1 + last_shift - image(i) -
                                   phases.before.back().constant());
            if (phases.before.back().constant() < 0 || phases.after.back().constant() < 0)
                return {};
        }
        return are_apart ? std::optional(phases) : std::nullopt;
    }

    /// Neighbour a of s along an axis, y[m s + a], is the sum of w[(a + begin) mod s + s j] over
    /// x[m + (a + begin) / s - j].
    ir::Value apart(const Phases& phases) {
        const std::vector<Tile> tiles = whole_tiles(phases);
        const std::optional<WinogradProblem> problem = problem_of(phases);
        std::vector<WinogradPlan> plans;
        if (problem && help_.is_fixed(node_.input(1)))
            plans = ranked_winograd_plans(*problem, machine_);
        const bool pays = !plans.empty() && winograd_pays(*problem, plans[0].cost, machine_);
        if (!pays && tiles.empty()) return together();
        if (pays && is_better_together(plans[0].cost)) return together();
        const ConvChoices choices(tiles, plans, pays,
                                  problem ? direct_cost(*problem, machine_) : 0);
        const size_t at = help_.decide(node_, choices.ways());
        return choices.plan(at) ? by_winograd(phases, *choices.plan(at))
                                : by_tiles(phases, choices.tile(at));
    }

    std::optional<WinogradProblem> problem_of(const Phases& phases) const {
        for (const Dim& places : phases.places) {
            if (!places.is_constant()) return {};
        }
        const Dim& images = node_.type().size(0);
        WinogradProblem problem{.height = phases.places[0].constant(),
                                .width = phases.places[1].constant(),
                                .channels = node_.input(1).type().size(0).constant(),
                                .filters = filters_.constant(),
                                .taps = {taps_[0].constant(), taps_[1].constant()},
                                .phases = neighbour_count().constant(),
                                .has_known_batch = images.is_constant()};
        if (problem.has_known_batch) problem.images = images.constant();
        return can_have_plans(problem) ? std::optional(problem) : std::nullopt;
    }

    /// Whether Winograd's way for all neighbours as channels of one image is faster: its transforms
    /// are shared and its blocks stay in caches, but it computes more places and puts the
    /// neighbours where they belong in a step of its own.
    bool is_better_together(double cost_apart) {
        const std::optional<ir::Value> conv = convolution();
        const std::optional<WinogradProblem> problem =
            conv ? winograd_problem(*conv->node) : std::nullopt;
        if (!problem) return false;
        const std::vector<WinogradPlan> plans = ranked_winograd_plans(*problem, machine_);
        if (plans.empty()) return false;
        const auto count = static_cast<double>(problem->images * problem->height * problem->width *
                                               problem->filters);
        return plans[0].cost + placing_cycles * count < cost_apart;
    }

    ir::Value channels_last() {
        return graph_.add("permute", {node_.input(0)}, {{"perm", moved_channels(4, true)}});
    }

    ir::Value by_winograd(const Phases& phases, const WinogradPlan& plan) {
        const ir::Value y = add_winograd(
            graph_,
            {.image = channels_last(),
             .filters = filters_of_neighbours(
                 graph_, rotated_rounds(graph_, node_.input(1), stride_, phases.begin), stride_),
             .bias = has_bias() ? node_.input(2) : ir::Value(),
             .pad_begin = phases.before,
             .pad_end = phases.after,
             .stride = {1, 1}},
            plan, machine_, help_.marked,
            {{"phases", stride_},
             {"phase_begin", phases.begin},
             {"size", Shape{result(0), result(1)}}});
        return graph_.add("permute", {y}, {{"perm", moved_channels(4, false)}});
    }

    ir::Value by_tiles(const Phases& phases, const Tile& tile) {
        const ir::Value image = padded(graph_, channels_last(), phases.before, phases.after);
        std::vector<ir::Value> operands{
            image,
            filters_of_neighbours(
                graph_, rotated_rounds(graph_, node_.input(1), stride_, phases.begin), stride_)};
        if (has_bias()) operands.push_back(bias_of_neighbours());
        const ir::Value y =
            packed_conv(graph_, operands, tile.rows, tile.vectors * machine_.vector_bytes / 4,
                        help_.marked({{"columns", neighbour_count() * filters_},
                                      {"stride", Shape{1, 1}},
                                      {"dilation", Shape{1, 1}},
                                      {"phases", stride_},
                                      {"phase_begin", phases.begin}},
                                     /*is_part=*/false));
        return placed(y, Shape{0, 0});
    }

    /// Tiles whose panels hold filters of one neighbour alone.
    std::vector<Tile> whole_tiles(const Phases& phases) const {
        const int64_t lanes = machine_.vector_bytes / 4;
        if (filters_.constant() % lanes != 0) return {};
        std::vector<Tile> tiles = ranked_tiles(phases.places[1], neighbour_count() * filters_,
                                               machine_, conv_limits(machine_));
        std::erase_if(tiles, [&](const Tile& tile) {
            return filters_.constant() % (tile.vectors * lanes) != 0;
        });
        return tiles;
    }

    /// y[n, h, w, (a, b, c)] -> [n, c, h * s + a, w * s + b], `begin` and what is beyond the
    /// result's size cut off.
    ir::Value placed(ir::Value y, const Shape& begin) {
        const auto axes = static_cast<int64_t>(axes_);
        const bool is_apart = are_images_apart(*y.node);
        const Shape all = y.type().shape;
        const Shape places(all.begin() + 1, all.end() - 1);
        Shape perm{0}, joined{all[0]};
        for (size_t i = 0; i < axes_; ++i) {
            const auto axis = static_cast<int64_t>(i) + 1;
            perm.push_back(Dim(is_apart ? axis + axes : axis));
            perm.push_back(Dim(is_apart ? axis : axis + axes));
            joined.push_back(places[i] * stride_[i]);
        }
        perm.push_back(Dim(2 * axes + 1));
        joined.push_back(filters_);
        y = is_apart ? with_images_apart(*y.node) : with_neighbours_as_axes(y);
        y = graph_.add("permute", {y}, {{"perm", perm}});
        return in_planes(graph_.add("reshape", {y}, {{"shape", joined}}), begin);
    }

    /// y[n, h, w, c] from `begin` on, of the result's size -> [n, c, h, w].
    ir::Value in_planes(ir::Value y, const Shape& begin) {
        const Shape have = y.type().shape;
        Shape before{0}, after{0}, want{have[0]};
        for (size_t i = 0; i < axes_; ++i) {
            before.push_back(-begin[i]);
            after.push_back(result(i) + begin[i] - have[i + 1]);
            want.push_back(result(i));
        }
        want.push_back(filters_);
        before.emplace_back(0);
        after.emplace_back(0);
        if (!same(have, want))
            y = graph_.add("pad", {y}, {{"begin", before}, {"end", after}, {"value", 0.0}});
        return graph_.add("permute", {y}, {{"perm", moved_channels(node_.type().rank(), false)}});
    }

    /// Whether a kernel can make an image of every neighbour, and so write each where it belongs.
    bool are_images_apart(const ir::Node& conv) const {
        return conv.is("packed_conv") &&
               (filters_ % conv.input(1).type().shape.back()).is_constant(0);
    }

    ir::Value with_images_apart(const ir::Node& conv) {
        std::vector<ir::Value> operands = conv.inputs();
        if (has_bias()) operands[2] = node_.input(2);
        Attrs attrs = conv.attrs();
        attrs.set("neighbours", stride_);
        return graph_.add(conv.op(), operands, attrs);
    }

    ir::Value with_neighbours_as_axes(ir::Value y) {
        const Shape all = y.type().shape;
        Shape split(all.begin(), all.end() - 1);
        split.insert(split.end(), stride_.begin(), stride_.end());
        split.push_back(filters_);
        return graph_.add("reshape", {y}, {{"shape", split}});
    }

    /// Cycles that putting one element where it belongs takes.
    static constexpr double placing_cycles = 1;

    ir::Graph& graph_;
    const Machine& machine_;
    const TransposedHelp& help_;
    Shape taps_;  ///< of every neighbour, along each axis
};

}  // namespace

ir::Value choose_transposed(ir::Graph& graph, ir::Node& node, const Machine& machine,
                            const TransposedHelp& help) {
    const Attrs& attrs = node.attrs();
    const auto again = [&](ir::Node& part) {
        return choose_transposed(graph, part, machine, help);
    };
    if (has_wide_groups(node)) return group_by_group(graph, node, again);
    if (!attrs.get_dim("groups").is_constant(1)) return {};
    if (!ir::all_are(attrs.get_shape("dilation"), 1)) {
        const bool is_dense = ir::all_are(attrs.get_shape("stride"), 1);
        return is_dense ? reversed_convolution(graph, node, help.convolution) : ir::Value();
    }
    if (node.type().rank() > 3) return Transposed(graph, node, machine, help).run();
    const ir::Value wide = with_height(graph, node);
    const ir::Value y = Transposed(graph, *wide.node, machine, help).run();
    return y ? without_height(graph, y) : ir::Value();
}

}  // namespace lithe::passes
