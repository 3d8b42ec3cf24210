#include "compiler/passes/transposed_uneven.h"

#include <algorithm>

#include "compiler/passes/packed_conv.h"
#include "compiler/passes/transposed_node.h"

namespace lithe::passes {
namespace {

class UnevenNeighbours : TransposedNode {
public:
    UnevenNeighbours(ir::Graph& graph, ir::Node& node, const TransposedHelp& help)
        : TransposedNode(node), graph_(graph), help_(help) {}

    /// A convolution for each neighbour, with the taps that are its own: they have not all as many,
    /// and a tap of zeros in the place of one that is not there would make NaN of an infinity.
    ir::Value run() {
        std::vector<ir::Value> parts;
        for (int64_t flat = 0; flat < neighbour_count().constant(); ++flat) {
            Shape neighbour(axes_, Dim(0));
            int64_t rest = flat;
            for (size_t i = axes_; i-- > 0; rest /= stride_[i].constant())
                neighbour[i] = rest % stride_[i].constant();
            parts.push_back(has_taps(neighbour) ? part_of(neighbour) : bias_alone());
            if (!parts.back()) return {};
        }
        return interleaved(parts);
    }

private:
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
            const std::optional<Dim> places = rounds(i);
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
            const std::optional<Dim> places = rounds(i);
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

    ir::Graph& graph_;
    const TransposedHelp& help_;
};

}  // namespace

ir::Value uneven_neighbours(ir::Graph& graph, ir::Node& node, const TransposedHelp& help) {
    return UnevenNeighbours(graph, node, help).run();
}

}  // namespace lithe::passes
