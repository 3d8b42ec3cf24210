#include <algorithm>
#include <optional>
#include <set>

#include "compiler/ir/ops.h"
#include "compiler/passes/passes.h"
#include "compiler/passes/tile.h"
#include "compiler/passes/tuning.h"
#include "compiler/passes/winograd.h"

namespace lithe::passes {
namespace {

int64_t rounded_up(int64_t value, int64_t step) { return (value + step - 1) / step * step; }

bool is_constant(const Dim& size) { return size.is_constant() && size.constant() > 0; }

Shape moved_channels(int rank, bool to_back) {
    Shape order{0};
    if (!to_back) order.push_back(rank - 1);
    for (int axis = to_back ? 2 : 1; axis < (to_back ? rank : rank - 1); ++axis)
        order.push_back(axis);
    if (to_back) order.push_back(1);
    return order;
}

class Chooser {
public:
    Chooser(ir::Graph& graph, const Machine& machine, Notes& notes)
        : graph_(graph), machine_(machine), notes_(notes) {
        for (const auto& node : graph.nodes()) {
            const bool is_fixed =
                node->is("parameter") || node->is("constant") || node->is("prepared");
            const bool of_fixed = node->input_count() > 0 && !node->is(Trait::random) &&
                                  std::all_of(node->inputs().begin(), node->inputs().end(),
                                              [&](ir::Value v) { return fixed_.contains(v.node); });
            if (is_fixed || of_fixed) fixed_.insert(node.get());
        }
    }

    ir::Value replacement(ir::Node& node) {
        if (node.types().size() != 1 || node.type().dtype != DType::f32) return {};
        if (node.is("linear")) return linear(node);
        if (node.is("matmul")) return product(node);
        if (node.is("conv")) return convolution(node);
        if (node.is("conv_transpose")) return transposed(node);
        return {};
    }

private:
    /// The index of a way to compute a node, out of those that `choices` names.
    size_t decide(const ir::Node& node, const std::vector<std::string>& choices) {
        const std::string problem = problem_of(node, machine_.target);
        const size_t at = machine_.tuning ? machine_.tuning->choose(problem, choices) : 0;
        problem_ = machine_.tuning && machine_.tuning->marks_nodes() ? problem : "";
        notes_.push_back("choose_kernels: " + graph_.name + ": " + problem + ": " + choices[at] +
                         (at > 0 ? ", by the tuning; the model's: " + choices[0] : ""));
        return at;
    }

    Tile decide(const ir::Node& node, const std::vector<Tile>& tiles) {
        std::vector<std::string> choices;
        for (const Tile& tile : tiles) choices.push_back(tile.str());
        return tiles[decide(node, choices)];
    }

    /// The attributes of what computes the node that was decided on last.
    Attrs marked(Attrs attrs) const {
        if (!problem_.empty()) attrs.set("problem", problem_);
        return attrs;
    }

    ir::Value panels(ir::Value w, const Tile& tile, bool transposed) {
        return graph_.add(
            ir::pack_panels_op, {w},
            {{"panel", Dim(tile.vectors * machine_.vector_bytes / 4)}, {"transposed", transposed}});
    }

    ir::Value multiply(std::vector<ir::Value> operands, const Dim& columns, const Tile& tile) {
        return graph_.add(ir::packed_linear_op, std::move(operands),
                          marked({{"columns", columns}, {"tile_rows", Dim(tile.rows)}}));
    }

    ir::Value linear(ir::Node& node) {
        const TensorType& w = node.input(1).type();
        if (node.type().rank() < 2 || !is_constant(w.size(0)) || !is_constant(w.size(1))) return {};
        const Dim rows = product_of_leading(node.type());
        if (rows.is_constant(0)) return {};
        const Tile tile =
            decide(node, ranked_tiles(rows, w.size(0), machine_, {.rows = most_rows(w.size(1))}));
        std::vector<ir::Value> operands = node.inputs();
        operands[1] = panels(node.input(1), tile, false);
        return multiply(std::move(operands), w.size(0), tile);
    }

    static Dim product_of_leading(const TensorType& type) {
        return lithe::product(Shape(type.shape.begin(), type.shape.end() - 1));
    }

    ir::Value product(ir::Node& node) {
        const TensorType &a = node.input(0).type(), &b = node.input(1).type();
        const Shape lead_a(a.shape.begin(), a.shape.end() - 2),
            lead_b(b.shape.begin(), b.shape.end() - 2);
        if (b.rank() > 2 && !same(lead_a, lead_b)) return {};
        for (const Dim& size : node.type().shape) {
            if (size.is_constant(0)) return {};
        }
        if (a.shape.back().is_constant(0)) return {};
        const Dim& rows = b.rank() > 2 ? a.size(a.rank() - 2) : product_of_leading(a);
        // Packing costs about as much as a few rows of the product.
        if (!fixed_.contains(node.input(1).node) && rows.is_constant() && rows.constant() < 4)
            return {};
        const Dim& columns = b.shape.back();
        const Tile tile = decide(
            node, ranked_tiles(rows, columns, machine_, {.rows = most_rows(a.shape.back())}));
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
        Shape order = w.node->attrs().get_shape("perm");
        const size_t rank = order.size();
        if (!order[rank - 2].is_constant(static_cast<int64_t>(rank) - 1)) return std::nullopt;
        std::swap(order[rank - 2], order[rank - 1]);
        for (size_t i = 0; i < rank; ++i) {
            if (order[i].is_constant(static_cast<int64_t>(i))) continue;
            return graph_.add("permute", {w.node->input(0)}, {{"perm", order}});
        }
        return w.node->input(0);
    }

    ir::Value convolution(ir::Node& node) {
        const Attrs& attrs = node.attrs();
        const TensorType& w = node.input(1).type();
        const int rank = node.type().rank();
        if (is_depthwise(node)) return depthwise(node);
        if (!attrs.get_dim("groups").is_constant(1)) return {};
        for (const Dim& size : w.shape) {
            if (!is_constant(size)) return {};
        }
        for (const Dim& size : node.type().shape) {
            if (size.is_constant(0)) return {};
        }
        const ConvChoices choices = conv_choices(node);
        const size_t at = decide(node, choices.names);
        if (at >= choices.first_plan && at < choices.first_plan + choices.plans.size())
            return winograd(node, choices.plans[at - choices.first_plan]);
        const Tile tile = choices.tiles[at < choices.first_plan ? at : at - choices.plans.size()];
        ir::Value x =
            graph_.add("permute", {node.input(0)}, {{"perm", moved_channels(rank, true)}});
        const Shape &begin = attrs.get_shape("pad_begin"), &end = attrs.get_shape("pad_end");
        x = padded(x, begin, end);
        const ir::Value filters =
            graph_.add(ir::pack_filters_op, {node.input(1)},
                       {{"panel", Dim(tile.vectors * machine_.vector_bytes / 4)}});
        std::vector<ir::Value> operands{x, filters};
        if (node.input_count() > 2) operands.push_back(node.input(2));
        const ir::Value y = graph_.add(ir::packed_conv_op, operands,
                                       marked({{"columns", w.size(0)},
                                               {"stride", attrs.get_shape("stride")},
                                               {"dilation", attrs.get_shape("dilation")},
                                               {"tile_rows", Dim(tile.rows)}}));
        return graph_.add("permute", {y}, {{"perm", moved_channels(rank, false)}});
    }

    /// The ways to compute a convolution, the model's choice first.
    struct ConvChoices {
        std::vector<std::string> names;
        std::vector<Tile> tiles;          ///< of direct ones
        std::vector<WinogradPlan> plans;  ///< their names begin at `first_plan`
        size_t first_plan = 0;
    };

    ConvChoices conv_choices(const ir::Node& node) {
        ConvChoices choices;
        const Dim &row = node.type().shape.back(), &columns = node.input(1).type().size(0);
        // Where registers are many, tall tiles of few vectors have the shorter loop over taps.
        const int64_t most_vectors = machine_.register_count >= 32 ? 2 : 4;
        choices.tiles = ranked_tiles(row, columns, machine_, {.vectors = most_vectors});
        for (const Tile& tile : ranked_tiles(row, columns, machine_)) {
            if (tile.vectors > most_vectors) choices.tiles.push_back(tile);
        }
        if (fixed_.contains(node.input(1).node))
            choices.plans = ranked_winograd_plans(node, machine_);
        const bool is_first =
            !choices.plans.empty() && winograd_pays(node, choices.plans[0], machine_);
        if (!is_first) choices.first_plan = choices.tiles.size();
        for (const Tile& tile : choices.tiles) choices.names.push_back(tile.str());
        std::vector<std::string> names;
        for (const WinogradPlan& plan : choices.plans) names.push_back(plan.str());
        choices.names.insert(is_first ? choices.names.begin() : choices.names.end(), names.begin(),
                             names.end());
        return choices;
    }

    /// conv_transpose with strides s as one convolution that makes the s... neighbours of every
    /// place at once, as so many times more channels, which are then put where they belong.
    ir::Value transposed(ir::Node& node) {
        const Attrs& attrs = node.attrs();
        const TensorType &w = node.input(1).type(), &x = node.input(0).type();
        const Shape &stride = attrs.get_shape("stride"), &begin = attrs.get_shape("pad_begin");
        if (w.rank() != 4 || !attrs.get_dim("groups").is_constant(1)) return {};
        for (const Dim& size : w.shape) {
            if (!is_constant(size)) return {};
        }
        for (const Dim& size : attrs.get_shape("dilation")) {
            if (!size.is_constant(1)) return {};
        }
        for (int axis = 2; axis < 4; ++axis) {
            if (!is_constant(x.size(axis)) || !is_constant(node.type().size(axis))) return {};
        }
        Shape taps, more;  // per axis: taps of every neighbour, places that the result has
        for (size_t i = 0; i < 2; ++i) {
            const int64_t s = stride[i].constant();
            const int64_t last = begin[i].constant() + node.type().shape[i + 2].constant();
            taps.push_back(Dim(rounded_up(w.shape[i + 2].constant(), s) / s));
            const int64_t places = rounded_up(last, s) / s;
            more.push_back(Dim(places - x.shape[i + 2].constant()));
            if (more.back().constant() < 0) return {};
        }
        const ir::Value filters = neighbours(node.input(1), taps, stride);
        std::vector<ir::Value> operands{node.input(0), filters};
        const Dim columns = stride[0] * stride[1] * w.size(1);
        if (node.input_count() > 2) {
            const ir::Value bias = graph_.add("expand", {node.input(2)},
                                              {{"shape", Shape{stride[0] * stride[1], w.size(1)}}});
            operands.push_back(graph_.add("reshape", {bias}, {{"shape", Shape{columns}}}));
        }
        const ir::Value conv = graph_.add("conv", operands,
                                          {{"stride", Shape{1, 1}},
                                           {"dilation", Shape{1, 1}},
                                           {"groups", Dim(1)},
                                           {"pad_begin", Shape{taps[0] - 1, taps[1] - 1}},
                                           {"pad_end", more}});
        const ir::Value packed = convolution(*conv.node);
        return packed ? placed(packed.node->input(0), node) : ir::Value();
    }

    /// w[K, C, ...] as filters [s * s * C, K, taps...], flipped.
    ir::Value neighbours(ir::Value w, const Shape& taps, const Shape& stride) {
        const Shape& have = w.type().shape;
        const Shape end{0, 0, taps[0] * stride[0] - have[2], taps[1] * stride[1] - have[3]};
        w = graph_.add("pad", {w}, {{"begin", Shape{0, 0, 0, 0}}, {"end", end}, {"value", 0.0}});
        w = graph_.add(
            "reshape", {w},
            {{"shape", Shape{have[0], have[1], taps[0], stride[0], taps[1], stride[1]}}});
        w = graph_.add("flip", {w}, {{"axes", Shape{2, 4}}});
        w = graph_.add("permute", {w}, {{"perm", Shape{3, 5, 1, 0, 2, 4}}});
        return graph_.add(
            "reshape", {w},
            {{"shape", Shape{stride[0] * stride[1] * have[1], have[0], taps[0], taps[1]}}});
    }

    /// y[n, h, w, (a, b, c)] -> [n, c, h * s + a, w * s + b], cut to the result's size.
    ir::Value placed(ir::Value y, const ir::Node& node) {
        const Shape &have = y.type().shape, &stride = node.attrs().get_shape("stride");
        const Shape &want = node.type().shape, &begin = node.attrs().get_shape("pad_begin");
        y = graph_.add(
            "reshape", {y},
            {{"shape", Shape{have[0], have[1], have[2], stride[0], stride[1], want[1]}}});
        y = graph_.add("permute", {y}, {{"perm", Shape{0, 1, 3, 2, 4, 5}}});
        const Dim height = have[1] * stride[0], width = have[2] * stride[1];
        y = graph_.add("reshape", {y}, {{"shape", Shape{have[0], height, width, want[1]}}});
        const Shape before{0, -begin[0], -begin[1], 0};
        const Shape after{0, want[2] + begin[0] - height, want[3] + begin[1] - width, 0};
        if (!same(y.type().shape, {want[0], want[2], want[3], want[1]})) {
            y = graph_.add("pad", {y}, {{"begin", before}, {"end", after}, {"value", 0.0}});
        }
        return graph_.add("permute", {y}, {{"perm", moved_channels(4, false)}});
    }

    /// One filter a channel, an image of known size whose lines fit on the stack.
    static bool is_depthwise(const ir::Node& node) {
        const TensorType &w = node.input(1).type(), &x = node.input(0).type();
        if (w.rank() != 4 || !w.size(1).is_constant(1) || !same(w.size(0), x.size(1))) return false;
        for (int axis = 1; axis < 4; ++axis) {
            if (!is_constant(w.size(axis)) || !is_constant(x.size(axis))) return false;
            if (!is_constant(node.type().size(axis))) return false;
        }
        const Attrs& attrs = node.attrs();
        const int64_t reach =
            attrs.get_shape("dilation")[0].constant() * (w.size(2).constant() - 1) + 1;
        const int64_t line = attrs.get_shape("pad_begin")[1].constant() + x.size(3).constant() +
                             attrs.get_shape("pad_end")[1].constant();
        constexpr int64_t most_pixels = 4096;  // of one vector of channels: 256 KB
        return attrs.get_dim("groups").constant() > 1 && reach * line <= most_pixels;
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

    ir::Value winograd(ir::Node& node, const WinogradPlan& plan) {
        const Attrs& attrs = node.attrs();
        const ir::Value x =
            graph_.add("permute", {node.input(0)}, {{"perm", moved_channels(4, true)}});
        std::vector<ir::Value> operands{
            x, graph_.add(ir::pack_winograd_op, {node.input(1)},
                          {{"panel", Dim(plan.vectors * machine_.vector_bytes / 4)},
                           {"tile", Dim(plan.tile)}})};
        if (node.input_count() > 2) operands.push_back(node.input(2));
        const ir::Value y =
            graph_.add(ir::winograd_conv_op, operands,
                       marked({{"columns", node.input(1).type().size(0)},
                               {"tile", Dim(plan.tile)},
                               {"pad_begin", attrs.get_shape("pad_begin")},
                               {"pad_end", attrs.get_shape("pad_end")},
                               {"block", Shape{plan.images, plan.rows, plan.columns}}}));
        return graph_.add("permute", {y}, {{"perm", moved_channels(4, false)}});
    }

    ir::Value padded(ir::Value x, const Shape& begin, const Shape& end) {
        Shape before{0}, after{0};
        bool is_padded = false;
        for (size_t i = 0; i < begin.size(); ++i) {
            before.push_back(begin[i]);
            after.push_back(end[i]);
            is_padded |= !begin[i].is_constant(0) || !end[i].is_constant(0);
        }
        before.push_back(0);
        after.push_back(0);
        if (!is_padded) return x;
        return graph_.add("pad", {x}, {{"begin", before}, {"end", after}, {"value", 0.0}});
    }

    ir::Graph& graph_;
    const Machine& machine_;
    Notes& notes_;
    std::string problem_;  ///< of the node decided on last, where nodes are marked
    std::set<const ir::Node*> fixed_;
};

}  // namespace

bool choose_kernels(ir::Graph& graph, const Machine& machine, Notes& notes) {
    Chooser chooser(graph, machine, notes);
    return ir::rewrite(graph, [&](ir::Node& node) { return chooser.replacement(node); });
}

}  // namespace lithe::passes
