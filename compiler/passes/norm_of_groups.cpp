#include "compiler/passes/norm_of_groups.h"

#include "compiler/passes/numbers.h"

namespace lithe::passes {
namespace {

/// Means over groups of channels of x, [n, ..., c], as one number a channel.
class GroupMeans {
public:
    GroupMeans(ir::Graph& graph, const TensorType& x, const Dim& groups, int64_t size)
        : graph_(graph), dtype_(x.dtype), size_(size) {
        for (int axis = 1; axis + 1 < x.rank(); ++axis) pixels_.emplace_back(axis);
        channels_.assign(static_cast<size_t>(x.rank()), Dim(1));
        channels_.front() = x.size(0);
        channels_.back() = x.shape.back();
        by_groups_ = {x.size(0), groups, floor_div(x.shape.back(), groups)};
    }

    /// [n, groups, 1]
    ir::Value of(ir::Value x) const {
        const ir::Value sums = graph_.add("sum", {x}, {{"axes", pixels_}, {"keepdim", true}});
        const ir::Value grouped = graph_.add("reshape", {sums}, {{"shape", by_groups_}});
        const ir::Value totals =
            graph_.add("sum", {grouped}, {{"axes", Shape{2}}, {"keepdim", true}});
        return graph_.add("mul", {totals, number(graph_, 1.0 / static_cast<double>(size_), dtype_)},
                          {});
    }

    /// To [n, 1, ..., c].
    ir::Value spread(ir::Value groups) const {
        const ir::Value wide = graph_.add("expand", {groups}, {{"shape", by_groups_}});
        return graph_.add("reshape", {wide}, {{"shape", channels_}});
    }

private:
    ir::Graph& graph_;
    DType dtype_;
    int64_t size_;
    Shape pixels_, channels_, by_groups_;
};

}  // namespace

ir::Node* normed_by_groups(const ir::Node& node, const Users& users) {
    const ir::Node& norm = *node.input(0).node;
    if (!node.is("reshape") || !norm.is("layer_norm") || user_count(users, norm) != 1)
        return nullptr;
    const ir::Node& joined = *norm.input(0).node;
    if (!joined.is("reshape") || joined.type().rank() != 3) return nullptr;
    ir::Node& planes = *joined.input(0).node;
    const Shape &shape = planes.type().shape, &rows = joined.type().shape;
    const bool are_groups = norm.attrs().get_int("axis") == 2 && planes.is("permute") &&
                            shape.size() >= 3 && same(shape, node.type().shape) &&
                            same(shape[0], rows[0]) && shape[1].is_constant() &&
                            rows[1].is_constant() && rows[2].is_constant() &&
                            rows[1].constant() > 0 && shape[1].constant() % rows[1].constant() == 0;
    return are_groups ? &planes : nullptr;
}

ir::Value norm_of_groups(ir::Graph& graph, const ir::Node& node) {
    const ir::Node &norm = *node.input(0).node, &joined = *norm.input(0).node;
    const ir::Value x = joined.input(0).node->input(0);
    const Shape& rows = joined.type().shape;
    const GroupMeans means(graph, x.type(), rows[1], rows[2].constant());
    const ir::Value middle = means.spread(means.of(x));
    // Each reader computes the distance again rather than read it from memory.
    const auto away = [&] { return graph.add("sub", {x, middle}, {}); };
    const ir::Value distance = away();
    const ir::Value variance = means.of(graph.add("mul", {distance, distance}, {}));
    const ir::Value eps = number(graph, norm.attrs().get_float("eps"), x.type().dtype);
    const ir::Value root = graph.add("rsqrt", {graph.add("add", {variance, eps}, {})}, {});
    return graph.add("mul", {away(), means.spread(root)}, {});
}

}  // namespace lithe::passes
