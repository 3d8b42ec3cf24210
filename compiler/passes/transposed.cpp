#include "compiler/passes/transposed.h"

#include "compiler/passes/packed_conv.h"

namespace lithe::passes {
namespace {

class Transposed {
public:
    Transposed(ir::Graph& graph, const Machine& machine, const TransposedHelp& help)
        : graph_(graph), machine_(machine), help_(help) {}

    ir::Value run(ir::Node& node) {
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
        if (has_shifted_phases(node)) return by_phases(node, taps);
        const ir::Value filters = neighbours(node.input(1), taps, stride);
        std::vector<ir::Value> operands{node.input(0), filters};
        if (node.input_count() > 2) operands.push_back(bias_of_neighbours(node));
        const ir::Value conv = graph_.add("conv", operands,
                                          {{"stride", Shape{1, 1}},
                                           {"dilation", Shape{1, 1}},
                                           {"groups", Dim(1)},
                                           {"pad_begin", Shape{taps[0] - 1, taps[1] - 1}},
                                           {"pad_end", more}});
        const ir::Value packed = help_.convolution(*conv.node);
        return packed ? placed(packed.node->input(0), node, begin) : ir::Value();
    }

private:
    /// The bias once for every neighbour.
    ir::Value bias_of_neighbours(const ir::Node& node) {
        const Shape& stride = node.attrs().get_shape("stride");
        const Dim count = stride[0] * stride[1], channels = node.input(1).type().size(1);
        const ir::Value bias =
            graph_.add("expand", {node.input(2)}, {{"shape", Shape{count, channels}}});
        return graph_.add("reshape", {bias}, {{"shape", Shape{count * channels}}});
    }

    /// Whether the neighbours of a place come from windows apart, so that computing them from one
    /// would compute places that the result has not; and whether panels keep neighbours apart.
    bool has_shifted_phases(const ir::Node& node) const {
        const Attrs& attrs = node.attrs();
        const int64_t lanes = machine_.vector_bytes / 4;
        bool is_shifted = false;
        for (size_t i = 0; i < 2; ++i) {
            const int64_t begin = attrs.get_shape("pad_begin")[i].constant();
            is_shifted |= begin % attrs.get_shape("stride")[i].constant() != 0;
        }
        return is_shifted && node.input(1).type().size(1).constant() % lanes == 0;
    }

    /// Neighbour a of s along an axis, y[m s + a], is the sum of w[(a + begin) mod s + s j] over
    /// x[m + (a + begin) / s - j].
    ir::Value by_phases(ir::Node& node, const Shape& taps) {
        const Attrs& attrs = node.attrs();
        const TensorType &w = node.input(1).type(), &x = node.input(0).type();
        const Shape &stride = attrs.get_shape("stride"), &begin = attrs.get_shape("pad_begin");
        Shape before, after, phase_begin;
        for (size_t i = 0; i < 2; ++i) {
            const int64_t s = stride[i].constant(), pad = begin[i].constant();
            const int64_t places = rounded_up(node.type().shape[i + 2].constant(), s) / s;
            phase_begin.push_back(Dim(pad % s));
            before.push_back(taps[i] - 1 - pad / s);
            const int64_t last_shift = (s - 1 + pad % s) / s;
            after.push_back(Dim(places + taps[i].constant() - 1 + last_shift -
                                x.shape[i + 2].constant() - before.back().constant()));
        }
        const Dim columns = stride[0] * stride[1] * w.size(1);
        const Tile tile = help_.decide(node, whole_tiles(node, columns));
        const ir::Value image = padded(
            graph_, graph_.add("permute", {node.input(0)}, {{"perm", moved_channels(4, true)}}),
            before, after);
        std::vector<ir::Value> operands{
            image, neighbours(rotated(node.input(1), taps, stride, phase_begin), taps, stride)};
        if (node.input_count() > 2) operands.push_back(bias_of_neighbours(node));
        const ir::Value y =
            packed_conv(graph_, operands, tile.rows, tile.vectors * machine_.vector_bytes / 4,
                        help_.marked({{"columns", columns},
                                      {"stride", Shape{1, 1}},
                                      {"dilation", Shape{1, 1}},
                                      {"phases", stride},
                                      {"phase_begin", phase_begin}}));
        return placed(y, node, Shape{0, 0});
    }

    /// Tiles whose panels hold filters of one neighbour alone.
    std::vector<Tile> whole_tiles(const ir::Node& node, const Dim& columns) const {
        const Dim& stride = node.attrs().get_shape("stride")[1];
        const int64_t lanes = machine_.vector_bytes / 4;
        std::vector<Tile> tiles = ranked_tiles(floor_div(node.type().shape[3] + stride - 1, stride),
                                               columns, machine_, conv_limits(machine_));
        std::erase_if(tiles, [&](const Tile& tile) {
            return node.input(1).type().size(1).constant() % (tile.vectors * lanes) != 0;
        });
        return tiles;
    }

    /// w[K, C, ...] padded to whole rounds of s taps, each round begun at tap `begin`.
    ir::Value rotated(ir::Value w, const Shape& taps, const Shape& stride, const Shape& begin) {
        const Shape have = w.type().shape;
        const Shape end{0, 0, taps[0] * stride[0] - have[2], taps[1] * stride[1] - have[3]};
        w = graph_.add("pad", {w}, {{"begin", Shape{0, 0, 0, 0}}, {"end", end}, {"value", 0.0}});
        const Shape rounds{have[0], have[1], taps[0], stride[0], taps[1], stride[1]};
        w = graph_.add("reshape", {w}, {{"shape", rounds}});
        for (size_t i = 0; i < 2; ++i) {
            if (begin[i].is_constant(0)) continue;
            const Dim axis = static_cast<int64_t>(3 + 2 * i), one = 1;
            const ir::Value last = graph_.add("slice", {w},
                                              {{"axis", axis},
                                               {"begin", begin[i]},
                                               {"size", stride[i] - begin[i]},
                                               {"step", one}});
            const ir::Value first =
                graph_.add("slice", {w},
                           {{"axis", axis}, {"begin", Dim(0)}, {"size", begin[i]}, {"step", one}});
            w = graph_.add("cat", {last, first}, {{"axis", axis}});
        }
        return graph_.add(
            "reshape", {w},
            {{"shape", Shape{have[0], have[1], taps[0] * stride[0], taps[1] * stride[1]}}});
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

    /// y[n, h, w, (a, b, c)] -> [n, c, h * s + a, w * s + b], `begin` and what is beyond the
    /// result's size cut off.
    ir::Value placed(ir::Value y, const ir::Node& node, const Shape& begin) {
        const Shape have = y.type().shape, &stride = node.attrs().get_shape("stride");
        const Shape& want = node.type().shape;
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

    ir::Graph& graph_;
    const Machine& machine_;
    const TransposedHelp& help_;
};

}  // namespace

ir::Value choose_transposed(ir::Graph& graph, ir::Node& node, const Machine& machine,
                            const TransposedHelp& help) {
    return Transposed(graph, machine, help).run(node);
}

}  // namespace lithe::passes
