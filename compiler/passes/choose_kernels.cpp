#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "compiler/ir/ops.h"
#include "compiler/passes/passes.h"

namespace lithe::passes {
namespace {

/// A tile of accumulators: rows times vectors.
struct Tile {
    int64_t rows = 1, vectors = 1;
};

int64_t rounded_up(int64_t value, int64_t step) { return (value + step - 1) / step * step; }

/// The tile with the least time by a model of a core with two multiply-add units of latency 4 and
/// two loads a cycle. Sizes that are not known count as large.
Tile choose_tile(const Dim& rows, const Dim& columns, const Machine& machine) {
    constexpr int64_t large = 5040;  // divided by all small tiles
    const int64_t lanes = machine.vector_bytes / 4;
    const int64_t m = rows.is_constant() ? rows.constant() : large;
    const int64_t n = columns.is_constant() ? columns.constant() : large * lanes;
    // A lone row keeps two vectors, so that the epilogue has a loop; see lower/packed.cpp.
    const int64_t fewest = rows.is_constant() && rows.constant() > 1 ? 1 : 2;
    Tile best;
    double best_time = HUGE_VAL;
    for (int64_t vectors = fewest; vectors <= 4; ++vectors) {
        for (int64_t height = 1; height <= std::min<int64_t>(m, 14); ++height) {
            if (vectors * height + vectors + 1 > machine.register_count) continue;
            const double tiles = static_cast<double>(rounded_up(m, height) / height) *
                                 static_cast<double>(rounded_up(n, vectors * lanes) / (vectors * lanes));
            const auto sums = static_cast<double>(vectors * height);
            const double step = std::max({sums / 2, static_cast<double>(vectors + height) / 2, 4.0});
            const double time = tiles * (step - 0.01 * sums);  // of equal ones the larger
            if (time < best_time) {
                best_time = time;
                best = {height, vectors};
            }
        }
    }
    return best;
}

bool is_constant(const Dim& size) { return size.is_constant() && size.constant() > 0; }

Shape moved_channels(int rank, bool to_back) {
    Shape order{0};
    if (!to_back) order.push_back(rank - 1);
    for (int axis = to_back ? 2 : 1; axis < (to_back ? rank : rank - 1); ++axis) order.push_back(axis);
    if (to_back) order.push_back(1);
    return order;
}

class Chooser {
public:
    Chooser(ir::Graph& graph, const Machine& machine) : graph_(graph), machine_(machine) {
        for (const auto& node : graph.nodes()) {
            const bool is_fixed = node->is("parameter") || node->is("constant") || node->is("prepared");
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
        return {};
    }

private:
    ir::Value panels(ir::Value w, const Tile& tile, bool transposed) {
        return graph_.add(ir::pack_panels_op, {w},
                          {{"panel", Dim(tile.vectors * machine_.vector_bytes / 4)},
                           {"transposed", transposed}});
    }

    ir::Value multiply(std::vector<ir::Value> operands, const Dim& columns, const Tile& tile) {
        return graph_.add(ir::packed_linear_op, std::move(operands),
                          {{"columns", columns}, {"tile_rows", Dim(tile.rows)}});
    }

    ir::Value linear(ir::Node& node) {
        const TensorType& w = node.input(1).type();
        if (node.type().rank() < 2 || !is_constant(w.size(0)) || !is_constant(w.size(1))) return {};
        const Dim rows = product_of_leading(node.type());
        if (rows.is_constant(0)) return {};
        const Tile tile = choose_tile(rows, w.size(0), machine_);
        std::vector<ir::Value> operands = node.inputs();
        operands[1] = panels(node.input(1), tile, false);
        return multiply(std::move(operands), w.size(0), tile);
    }

    static Dim product_of_leading(const TensorType& type) {
        return lithe::product(Shape(type.shape.begin(), type.shape.end() - 1));
    }

    ir::Value product(ir::Node& node) {
        const TensorType &a = node.input(0).type(), &b = node.input(1).type();
        const Shape lead_a(a.shape.begin(), a.shape.end() - 2), lead_b(b.shape.begin(), b.shape.end() - 2);
        if (b.rank() > 2 && !same(lead_a, lead_b)) return {};
        for (const Dim& size : node.type().shape) {
            if (size.is_constant(0)) return {};
        }
        if (a.shape.back().is_constant(0)) return {};
        const Dim& rows = b.rank() > 2 ? a.size(a.rank() - 2) : product_of_leading(a);
        // Packing costs about as much as a few rows of the product.
        if (!fixed_.contains(node.input(1).node) && rows.is_constant() && rows.constant() < 4) return {};
        const Dim& columns = b.shape.back();
        const Tile tile = choose_tile(rows, columns, machine_);
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
        if (!attrs.get_dim("groups").is_constant(1)) return {};
        for (const Dim& size : w.shape) {
            if (!is_constant(size)) return {};
        }
        for (const Dim& size : node.type().shape) {
            if (size.is_constant(0)) return {};
        }
        ir::Value x = graph_.add("permute", {node.input(0)}, {{"perm", moved_channels(rank, true)}});
        const Tile tile = choose_tile(node.type().shape.back(), w.size(0), machine_);
        const Shape &begin = attrs.get_shape("pad_begin"), &end = attrs.get_shape("pad_end");
        x = padded(x, begin, end);
        const ir::Value filters =
            graph_.add(ir::pack_filters_op, {node.input(1)},
                       {{"panel", Dim(tile.vectors * machine_.vector_bytes / 4)}});
        std::vector<ir::Value> operands{x, filters};
        if (node.input_count() > 2) operands.push_back(node.input(2));
        const ir::Value y = graph_.add(ir::packed_conv_op, operands,
                                       {{"columns", w.size(0)},
                                        {"stride", attrs.get_shape("stride")},
                                        {"dilation", attrs.get_shape("dilation")},
                                        {"tile_rows", Dim(tile.rows)}});
        return graph_.add("permute", {y}, {{"perm", moved_channels(rank, false)}});
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
    std::set<const ir::Node*> fixed_;
};

}  // namespace

bool choose_kernels(ir::Graph& graph, const Machine& machine) {
    Chooser chooser(graph, machine);
    return ir::rewrite(graph, [&](ir::Node& node) { return chooser.replacement(node); });
}

}  // namespace lithe::passes
