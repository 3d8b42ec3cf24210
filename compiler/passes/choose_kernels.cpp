#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "compiler/ir/ops.h"
#include "compiler/ir/sizes.h"
#include "compiler/passes/broadcast_product.h"
#include "compiler/passes/conv_choices.h"
#include "compiler/passes/dilated.h"
#include "compiler/passes/far_weights.h"
#include "compiler/passes/few_filters.h"
#include "compiler/passes/fixed_values.h"
#include "compiler/passes/kinds.h"
#include "compiler/passes/packed_conv.h"
#include "compiler/passes/passes.h"
#include "compiler/passes/permutes.h"
#include "compiler/passes/picked_pixels.h"
#include "compiler/passes/planes.h"
#include "compiler/passes/tile.h"
#include "compiler/passes/transposed.h"
#include "compiler/passes/tuning.h"
#include "compiler/passes/unfolded_windows.h"
#include "compiler/passes/volumes.h"

namespace lithe::passes {
namespace {

/// Products of a row that are worth adding up in lanes.
constexpr int64_t least_row = 32;

/// Why the way `at` was taken, and what the next of the others would cost in its place.
std::string reason(const std::vector<Way>& ways, size_t at) {
    std::string text = ways[at].name;
    if (at > 0) return text + ", by the tuning; the model's: " + ways[0].name;
    constexpr size_t most_others = 3;
    for (size_t i = 1; i < std::min(ways.size(), most_others + 1); ++i) {
        text += fmt::format("{}{} {:.2f} x", i == 1 ? "; others would cost: " : ", ", ways[i].name,
                            ways[i].cost / ways[0].cost);
    }
    return text;
}

class Chooser {
public:
    Chooser(ir::Graph& graph, const Machine& machine, Notes& notes)
        : graph_(graph),
          machine_(machine),
          notes_(notes),
          users_(users_of(graph)),
          are_weights_far_(passes::are_weights_far(graph, machine)) {}

    ir::Value replacement(ir::Node& node) {
        if (node.types().size() != 1 || node.type().dtype != DType::f32) return {};
        if (node.is("linear")) return linear(node);
        if (node.is("matmul")) return product(node);
        if (node.is("conv")) return convolution(node);
        if (node.is("conv_transpose")) return transposed(node);
        return {};
    }

private:
    /// The index of the way to compute a node, out of several, the model's first.
    size_t decide(const ir::Node& node, const std::vector<Way>& ways) {
        std::vector<std::string> names;
        for (const Way& way : ways) names.push_back(way.name);
        const std::string problem = problem_of(node, machine_.target);
        const size_t at = machine_.tuning ? machine_.tuning->choose(problem, names) : 0;
        problem_ = machine_.tuning && machine_.tuning->marks_nodes() ? problem : "";
        notes_.push_back("choose_kernels: " + graph_.name + ": " + problem + ": " +
                         reason(ways, at));
        return at;
    }

    Tile decide(const ir::Node& node, const std::vector<Tile>& tiles) {
        std::vector<Way> ways;
        for (const Tile& tile : tiles) ways.push_back({tile.str(), tile.cost});
        return tiles[decide(node, ways)];
    }

    /// The attributes of what computes the node that was decided on last, or a part of it.
    Attrs marked(Attrs attrs, const std::string& mark = "problem") const {
        if (!problem_.empty()) attrs.set(mark, problem_);
        return attrs;
    }

    ir::Value transposed(ir::Node& node) {
        return choose_transposed(
            graph_, node, machine_,
            {.convolution = [this](ir::Node& conv) { return convolution(conv); },
             .decide = [this](const ir::Node& n,
                              const std::vector<Way>& ways) { return decide(n, ways); },
             .marked = winograd_mark(),
             .is_fixed = [this](ir::Value v) { return fixed_.contains(v); }});
    }

    ir::Value panels(ir::Value w, const Tile& tile, bool transposed) {
        return graph_.add(
            ir::pack_panels_op, {w},
            {{"panel", Dim(tile.vectors * machine_.vector_bytes / 4)}, {"transposed", transposed}});
    }

    ir::Value multiply(std::vector<ir::Value> operands, const Dim& columns, const Tile& tile,
                       const Attrs& more = {}) {
        Attrs attrs{{"columns", columns}, {"tile_rows", Dim(tile.rows)}};
        for (const auto& [name, value] : more.items()) attrs.set(name, value);
        return graph_.add(ir::packed_linear_op, std::move(operands), marked(attrs));
    }

    ir::Value linear(ir::Node& node) {
        const TensorType& w = node.input(1).type();
        if (node.type().rank() < 2 || !is_constant(w.size(0)) || !is_constant(w.size(1))) return {};
        const Dim rows = product_of_leading(node.type());
        if (rows.is_constant(0)) return {};
        if (w.size(0).is_constant(1) && w.size(1).constant() >= least_row) {
            const ir::Value sums =
                sum_of_products(node.input(0), node.input(1), node.type().rank() - 1);
            return node.input_count() > 2 ? graph_.add("add", {sums, node.input(2)}, {}) : sums;
        }
        const Tile tile =
            decide(node, ranked_tiles(rows, w.size(0), machine_, weight_limits(w.size(1))));
        std::vector<ir::Value> operands = node.inputs();
        operands[1] = panels(node.input(1), tile, false);
        return multiply(std::move(operands), w.size(0), tile, node.attrs());
    }

    TileLimits weight_limits(const Dim& length) const {
        TileLimits limits = product_limits(length);
        limits.are_panels_far = are_weights_far_;
        return limits;
    }

    /// Along an axis: of a panel all lanes but one would be idle.
    ir::Value sum_of_products(ir::Value x, ir::Value w, int axis) {
        const ir::Value products = graph_.add("mul", {x, w}, {});
        return graph_.add("sum", {products}, {{"axes", Shape{axis}}, {"keepdim", true}});
    }

    static Dim product_of_leading(const TensorType& type) {
        return lithe::product(Shape(type.shape.begin(), type.shape.end() - 1));
    }

    ir::Value product(ir::Node& node) {
        const TensorType &a = node.input(0).type(), &b = node.input(1).type();
        for (const Dim& size : node.type().shape) {
            if (size.is_constant(0)) return {};
        }
        if (a.shape.back().is_constant(0)) return {};
        if (!has_equal_leads(node))
            return with_equal_leads(graph_, node, [this](ir::Node& n) { return product(n); });
        const Dim& rows = b.rank() > 2 ? a.size(a.rank() - 2) : product_of_leading(a);
        // Packing costs about as much as a few rows of the product.
        if (!fixed_.contains(node.input(1)) && rows.is_constant() && rows.constant() < 4) return {};
        const Dim& columns = b.shape.back();
        const Dim& length = a.shape.back();
        const TileLimits limits = b.rank() > 2 ? product_limits(length) : weight_limits(length);
        const Tile tile = decide(node, ranked_tiles(rows, columns, machine_, limits));
        ir::Value w = node.input(1);
        bool transposed = true;
        if (const auto straight = without_transpose(w)) {
            w = *straight;
            transposed = false;
        }
        return multiply({node.input(0), panels(w, tile, transposed)}, columns, tile);
    }

    /// Where w is a permute that leaves the sum's axis innermost in memory: w transposed.
    std::optional<ir::Value> without_transpose(ir::Value w) {
        if (!w.node->is("permute")) return std::nullopt;
        const Shape& order = w.node->attrs().get_shape("perm");
        const int64_t last = w.type().rank() - 1;
        if (!order[order.size() - 2].is_constant(last)) return std::nullopt;
        return with_matrices_turned(graph_, w);
    }

    ir::Value convolution(ir::Node& node) {
        const Attrs& attrs = node.attrs();
        const TensorType& w = node.input(1).type();
        if (is_depthwise(node))
            return stays_in_planes(node, users_) ? ir::Value() : depthwise(node);
        if (node.type().rank() == 3 && !attrs.get_dim("groups").is_constant(1)) {
            ir::Node& line = *with_height(graph_, node).node;
            if (is_depthwise(line)) return without_height(graph_, depthwise(line));
        }
        for (const Dim& size : w.shape) {
            if (!is_constant(size)) return {};
        }
        for (const Dim& size : node.type().shape) {
            if (size.is_constant(0)) return {};
        }
        if (!attrs.get_dim("groups").is_constant(1)) return grouped(node);
        if (fixed_.contains(node.input(1)) && is_channel_sum(node)) return channel_sum(node);
        if (is_best_by_planes(node, machine_) && !comes_with_channels_last(node.input(0)))
            return graph_.add(ir::plane_conv_op, node.inputs(), attrs);
        if (fixed_.contains(node.input(1)) && has_few_filters(node, machine_)) {
            return with_columns_apart(graph_, node,
                                      [this](ir::Node& conv) { return convolved(conv); });
        }
        if (fixed_.contains(node.input(1)) && pays_in_phases(graph_, node, machine_))
            return in_phases(graph_, node, [this](ir::Node& conv) { return convolved(conv); });
        if (pays_with_picked_pixels(node, machine_))
            return with_picked_pixels(graph_, node,
                                      [this](ir::Node& conv) { return convolved(conv); });
        if (fixed_.contains(node.input(1)) && pays_as_images(node, machine_))
            return as_images(graph_, node, [this](ir::Node& conv) { return convolved(conv); });
        const ConvChoices choices = conv_choices(node);
        const size_t at = decide(node, choices.ways());
        if (choices.plan(at)) return winograd(node, *choices.plan(at));
        const Tile tile = choices.tile(at);
        if (fixed_.contains(node.input(1)) && pays_with_unfolded_windows(node, tile, machine_)) {
            return with_unfolded_windows(graph_, node,
                                         [this](ir::Node& product) { return linear(product); });
        }
        return direct(node, tile, tile.vectors * lanes(), {});
    }

    ir::Value convolved(ir::Node& conv) {
        const ir::Value y = convolution(conv);
        return y ? y : conv.value();
    }

    /// Whether one filter of one tap adds up the channels of every pixel.
    static bool is_channel_sum(const ir::Node& conv) {
        const Shape& w = conv.input(1).type().shape;
        return is_pixelwise(conv) && w[0].is_constant(1) && w[1].constant() >= least_row;
    }

    ir::Value channel_sum(ir::Node& conv) {
        Shape channels(conv.input(1).type().shape.begin() + 1, conv.input(1).type().shape.end());
        const ir::Value w = graph_.add("reshape", {conv.input(1)}, {{"shape", channels}});
        const ir::Value sums = sum_of_products(conv.input(0), w, 1);
        if (conv.input_count() < 3) return sums;
        channels[0] = 1;
        const ir::Value bias = graph_.add("reshape", {conv.input(2)}, {{"shape", channels}});
        return graph_.add("add", {sums, bias}, {});
    }

    /// A convolution by panels of `width` filters.
    ir::Value direct(ir::Node& node, const Tile& tile, int64_t width, const Attrs& more) {
        const Attrs& attrs = node.attrs();
        const int rank = node.type().rank();
        const ir::Value x = channels_last(graph_, node.input(0), attrs.get_shape("pad_begin"),
                                          attrs.get_shape("pad_end"));
        std::vector<ir::Value> operands{x, node.input(1)};
        if (node.input_count() > 2) operands.push_back(node.input(2));
        Attrs own = marked({{"columns", node.input(1).type().size(0)},
                            {"stride", attrs.get_shape("stride")},
                            {"dilation", attrs.get_shape("dilation")}});
        if (const std::optional<Shape> rows = image_rows(node)) own.set("image_rows", *rows);
        for (const auto& [name, value] : more.items()) own.set(name, value);
        const ir::Value y = packed_conv(graph_, operands, tile.rows, width, own);
        return graph_.add("permute", {y}, {{"perm", moved_channels(rank, false)}});
    }

    /// Panels lie within a group: narrower than a vector where groups are, or with zeros behind the
    /// filters where these leave less of a vector empty.
    ir::Value grouped(ir::Node& node) {
        const Dim& groups = node.attrs().get_dim("groups");
        const TensorType& w = node.input(1).type();
        const int64_t filters = w.size(0).constant() / groups.constant();
        if (w.size(1).is_constant(1)) return {};
        const int64_t power_of_two = filters & -filters, whole = rounded_up(filters, lanes());
        // A fifth of what that gains goes into the copy of what is not zero.
        const bool pays = 5 * power_of_two * whole < 4 * filters * lanes();
        if (filters % lanes() != 0 && pays) return in_wide_groups(node, groups.constant(), whole);
        if (filters % 2 != 0) return {};
        const Tile tile =
            decide(node, group_tiles(node.type().shape.back(), filters, machine_, limits_of(node)));
        const int64_t width = filters % lanes() == 0 ? tile.vectors * lanes() : power_of_two;
        return direct(node, tile, width, {{"groups", groups}});
    }

    ir::Value in_wide_groups(ir::Node& node, int64_t groups, int64_t width) {
        std::vector<ir::Value> operands = node.inputs();
        const int64_t filters = operands[1].type().size(0).constant() / groups;
        for (size_t i = 1; i < operands.size(); ++i)
            operands[i] = padded_groups(graph_, operands[i], groups, width);
        const ir::Value wide = grouped(*graph_.add(node.op(), operands, node.attrs()).node);
        const ir::Value y =
            first_of_groups(graph_, with_channels_last(graph_, wide), groups, filters);
        return graph_.add("permute", {y}, {{"perm", moved_channels(node.type().rank(), false)}});
    }

    int64_t lanes() const { return machine_.vector_bytes / 4; }

    TileLimits limits_of(const ir::Node& conv) const {
        const TensorType& w = conv.input(1).type();
        const Dim length = lithe::product(Shape(w.shape.begin() + 1, w.shape.end()));
        TileLimits limits = conv_limits(machine_, length.constant());
        // Pixels side by side, read and written: of all groups.
        const Dim pixel = w.size(1) * conv.attrs().get_dim("groups");
        limits.rows = std::min(most_rows(pixel * conv.attrs().get_shape("stride").back()),
                               most_rows(w.size(0)));
        return limits;
    }

    ConvChoices conv_choices(const ir::Node& node) {
        const TensorType& w = node.input(1).type();
        const Dim row = tiled_row(node, machine_);
        const Dim& columns = w.size(0);
        const TileLimits limits = limits_of(node);
        std::vector<Tile> tiles = ranked_tiles(row, columns, machine_, limits);
        for (const Tile& tile : ranked_tiles(row, columns, machine_)) {
            if (tile.vectors > limits.vectors) tiles.push_back(tile);
        }
        const std::optional<WinogradProblem> problem = winograd_problem(plane_of(node));
        if (!problem || !fixed_.contains(node.input(1))) return ConvChoices(tiles);
        const std::vector<WinogradPlan> plans = ranked_winograd_plans(*problem, machine_);
        const bool pays = !plans.empty() && winograd_pays(*problem, plans[0].cost, machine_);
        return {tiles, plans, pays, direct_cost(*problem, machine_)};
    }

    /// One filter a channel, or as many filters as channels in groups of which several fit into a
    /// vector; an image of known size.
    bool is_depthwise(const ir::Node& node) const {
        const TensorType &w = node.input(1).type(), &x = node.input(0).type();
        if (w.rank() != 4 || !same(w.size(0), x.size(1)) || !is_constant(w.size(1))) return false;
        const int64_t depth = w.size(1).constant();
        if (depth >= lanes() || lanes() % depth != 0) return false;
        for (int axis = 1; axis < 4; ++axis) {
            if (!is_constant(w.size(axis)) || !is_constant(x.size(axis))) return false;
            if (!is_constant(node.type().size(axis))) return false;
        }
        const Dim& groups = node.attrs().get_dim("groups");
        return groups.is_constant() && groups.constant() > 1;
    }

    ir::Value depthwise(ir::Node& node) {
        const Attrs& attrs = node.attrs();
        std::vector<ir::Value> operands{
            graph_.add("permute", {node.input(0)}, {{"perm", moved_channels(4, true)}}),
            graph_.add(ir::pack_depthwise_op, {node.input(1)}, {})};
        if (node.input_count() > 2) operands.push_back(node.input(2));
        const ir::Value y = graph_.add(ir::depthwise_conv_op, operands,
                                       {{"stride", attrs.get_shape("stride")},
                                        {"dilation", attrs.get_shape("dilation")},
                                        {"pad_begin", attrs.get_shape("pad_begin")},
                                        {"pad_end", attrs.get_shape("pad_end")}});
        return graph_.add("permute", {y}, {{"perm", moved_channels(4, false)}});
    }

    /// The node, or one of two axes that does the same.
    const ir::Node& plane_of(const ir::Node& node) {
        return node.type().rank() == 3 ? *with_height(graph_, node).node : node;
    }

    ir::Value winograd(const ir::Node& of, const WinogradPlan& plan) {
        const ir::Node& node = plane_of(of);
        const Attrs& attrs = node.attrs();
        const ir::Value x =
            graph_.add("permute", {node.input(0)}, {{"perm", moved_channels(4, true)}});
        const ir::Value y =
            add_winograd(graph_,
                         {.image = x,
                          .filters = node.input(1),
                          .bias = node.input_count() > 2 ? node.input(2) : ir::Value(),
                          .pad_begin = attrs.get_shape("pad_begin"),
                          .pad_end = attrs.get_shape("pad_end"),
                          .stride = attrs.get_shape("stride")},
                         plan, machine_, winograd_mark());
        const ir::Value planes = graph_.add("permute", {y}, {{"perm", moved_channels(4, false)}});
        return of.type().rank() == 3 ? without_height(graph_, planes) : planes;
    }

    WinogradMark winograd_mark() const {
        return [this](const Attrs& attrs, bool is_part) {
            return marked(attrs, is_part ? "problem_part" : "problem");
        };
    }

    ir::Graph& graph_;
    const Machine& machine_;
    Notes& notes_;
    std::string problem_;  ///< of the node decided on last, where nodes are marked
    FixedValues fixed_;
    Users users_;
    bool are_weights_far_;
};

}  // namespace

bool choose_kernels(ir::Graph& graph, const Machine& machine, Notes& notes) {
    Chooser chooser(graph, machine, notes);
    return ir::rewrite(graph, [&](ir::Node& node) { return chooser.replacement(node); });
}

}  // namespace lithe::passes
