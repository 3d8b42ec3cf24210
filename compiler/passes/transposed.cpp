#include "compiler/passes/transposed.h"

#include <algorithm>
#include <optional>

#include "compiler/ir/sizes.h"
#include "compiler/passes/conv_choices.h"
#include "compiler/passes/packed_conv.h"
#include "compiler/passes/transposed_filters.h"

namespace lithe::passes {
namespace {

/// How many times `stride` covers a result of `size` made from `places`: known where the places are
/// not, if they differ by a number.
std::optional<Dim> rounds_of(const Dim& size, const Dim& places, const Dim& stride) {
    const Dim rest = size - (places - 1) * stride;
    if (!rest.is_constant() || rest.constant() <= 0) return {};
    return places - 1 + rounded_up(rest.constant(), stride.constant()) / stride.constant();
}

/// s windows apart, of the same image.
struct Phases {
    Shape begin;          ///< {phase_begin}
    Shape before, after;  ///< padding of the image
    Shape places;         ///< of every phase
};

class Transposed {
public:
    Transposed(ir::Graph& graph, ir::Node& node, const Machine& machine, const TransposedHelp& help)
        : graph_(graph),
          node_(node),
          machine_(machine),
          help_(help),
          axes_(node.type().shape.size() - 2),
          filters_(node.input(1).type().size(1)),
          stride_(node.attrs().get_shape("stride")),
          begin_(node.attrs().get_shape("pad_begin")) {}

    ir::Value run() {
        const Shape& w = node_.input(1).type().shape;
        for (const Dim& size : w) {
            if (!is_constant(size)) return {};
        }
        for (size_t i = 0; i < axes_; ++i) {
            const int64_t s = stride_[i].constant();
            taps_.push_back(Dim(w[i + 2].constant() / s));
            is_uneven_ |= w[i + 2].constant() % s != 0;
        }
        if (is_uneven_) return one_by_one();
        const std::optional<Phases> phases = axes_ == 2 ? phases_apart() : std::nullopt;
        return phases ? apart(*phases) : together();
    }

private:
    const Dim& image(size_t axis) const { return node_.input(0).type().shape[axis + 2]; }
    const Dim& result(size_t axis) const { return node_.type().shape[axis + 2]; }
    bool has_bias() const { return node_.input_count() > 2; }
    Dim neighbour_count() const { return lithe::product(stride_); }

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

    /// A convolution for each neighbour, with the taps that are its own: they have not all as many,
    /// and a tap of zeros in the place of one that is not there would make NaN of an infinity.
    ir::Value one_by_one() {
        std::vector<ir::Value> parts;
        for (int64_t flat = 0; flat < neighbour_count().constant(); ++flat) {
            Shape neighbour(axes_, Dim(0));
            int64_t rest = flat;
            for (size_t i = axes_; i-- > 0; rest /= stride_[i].constant())
                neighbour[i] = rest % stride_[i].constant();
            parts.push_back(has_taps(neighbour) ? part_of(neighbour) : bias_alone());
            if (!parts.back()) return {};
        }
        return in_planes(interleaved(parts), Shape(axes_, Dim(0)));
    }

    /// Of images for all neighbours, the last axis fastest, the one that they are parts of: those
    /// of an axis lie one behind the other between its places and those of the next axis.
    ir::Value interleaved(std::vector<ir::Value> parts) {
        Shape joined = parts[0].type().shape;
        for (size_t i = axes_; i-- > 0;) {
            const auto count = static_cast<size_t>(stride_[i].constant());
            std::vector<ir::Value> wholes;
            for (auto part = parts.begin(); part != parts.end();
                 part += static_cast<std::ptrdiff_t>(count)) {
                const std::vector<ir::Value> own(part, part + static_cast<std::ptrdiff_t>(count));
                wholes.push_back(
                    graph_.add("cat", own, {{"axis", Dim(static_cast<int64_t>(i) + 2)}}));
            }
            parts = wholes;
            joined[i + 1] = joined[i + 1] * stride_[i];
        }
        return graph_.add("reshape", {parts[0]}, {{"shape", joined}});
    }

    bool has_taps(const Shape& neighbour) const {
        for (size_t i = 0; i < axes_; ++i) {
            const int64_t first = neighbour[i].constant() + begin_[i].constant();
            const Dim& size = node_.input(1).type().shape[i + 2];
            if (first % stride_[i].constant() >= size.constant()) return false;
        }
        return true;
    }

    /// Channels last.
    ir::Value part_of(const Shape& neighbour) {
        const ir::Value conv = convolution_of(neighbour);
        const ir::Value packed = conv ? help_.convolution(*conv.node) : ir::Value();
        return packed ? with_channels_last(graph_, packed) : ir::Value();
    }

    ir::Value bias_alone() {
        Shape shape{node_.type().size(0)};
        for (size_t i = 0; i < axes_; ++i) {
            const std::optional<Dim> places = rounds_of(result(i), image(i), stride_[i]);
            if (!places) return {};
            shape.push_back(*places);
        }
        shape.push_back(filters_);
        if (has_bias()) return graph_.add("expand", {node_.input(2)}, {{"shape", shape}});
        return graph_.add("full", {}, {{"value", 0.0}, {"shape", shape}, {"dtype", DType::f32}});
    }

    /// Of all its places, also those of the last round that the result has not.
    ir::Value convolution_of(const Shape& neighbour) {
        ir::Value w = node_.input(1), x = node_.input(0);
        Shape before(2, Dim(0)), after(2, Dim(0)), flipped, perm{1, 0};
        for (size_t i = 0; i < axes_; ++i) {
            const auto axis = static_cast<int64_t>(i) + 2;
            const int64_t s = stride_[i].constant();
            const int64_t from = neighbour[i].constant() + begin_[i].constant();
            const int64_t size = node_.input(1).type().shape[i + 2].constant();
            const int64_t taps = (size - from % s + s - 1) / s;
            const std::optional<Dim> places = rounds_of(result(i), image(i), stride_[i]);
            if (!places) return {};
            w = graph_.add("slice", {w},
                           {{"axis", Dim(axis)},
                            {"begin", Dim(from % s)},
                            {"size", Dim(taps)},
                            {"step", Dim(s)}});
            before.push_back(taps - 1 - from / s);
            after.push_back(*places + taps - 1 - image(i) - before.back());
            flipped.push_back(axis);
            perm.push_back(axis);
        }
        w = graph_.add("permute", {graph_.add("flip", {w}, {{"axes", flipped}})}, {{"perm", perm}});
        if (!cut(x, before, after)) return {};
        std::vector<ir::Value> operands{x, w};
        if (has_bias()) operands.push_back(node_.input(2));
        return graph_.add("conv", operands,
                          {{"stride", Shape(axes_, Dim(1))},
                           {"dilation", Shape(axes_, Dim(1))},
                           {"groups", Dim(1)},
                           {"pad_begin", Shape(before.begin() + 2, before.end())},
                           {"pad_end", Shape(after.begin() + 2, after.end())}});
    }

    /// Takes off the image what negative padding says; false where it is not known.
    bool cut(ir::Value& x, Shape& before, Shape& after) {
        Shape begin, end;
        bool is_cut = false;
        for (const auto& [pads, cuts] : {std::pair(&before, &begin), {&after, &end}}) {
            for (Dim& pad : *pads) {
                if (!pad.is_constant()) return false;
                cuts->push_back(std::min<int64_t>(pad.constant(), 0));
                pad = std::max<int64_t>(pad.constant(), 0);
                is_cut |= !cuts->back().is_constant(0);
            }
        }
        if (is_cut) x = graph_.add("pad", {x}, {{"begin", begin}, {"end", end}, {"value", 0.0}});
        return true;
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
            const std::optional<Dim> places = rounds_of(result(i), image(i), stride_[i]);
            if (!places) return {};
            phases.begin.push_back(Dim(pad % s));
            phases.places.push_back(*places);
            phases.before.push_back(taps_[i] - 1 - pad / s);
            const int64_t last_shift = (s - 1 + pad % s) / s;
            phases.after.push_back(*places + taps_[i].constant() - 1 + last_shift - image(i) -
                                   phases.before.back().constant());
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
    ir::Node& node_;
    const Machine& machine_;
    const TransposedHelp& help_;
    const size_t axes_;
    const Dim filters_;
    const Shape stride_, begin_;
    Shape taps_;              ///< of every neighbour, along each axis
    bool is_uneven_ = false;  ///< whether some neighbours have fewer
};

bool fits(const ir::Node& node) {
    return node.attrs().get_dim("groups").is_constant(1) &&
           ir::all_are(node.attrs().get_shape("dilation"), 1);
}

}  // namespace

ir::Value choose_transposed(ir::Graph& graph, ir::Node& node, const Machine& machine,
                            const TransposedHelp& help) {
    if (!fits(node)) return {};
    if (node.type().rank() > 3) return Transposed(graph, node, machine, help).run();
    const ir::Value wide = with_height(graph, node);
    const ir::Value y = Transposed(graph, *wide.node, machine, help).run();
    return y ? without_height(graph, y) : ir::Value();
}

}  // namespace lithe::passes
