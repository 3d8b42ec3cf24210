#include <algorithm>
#include <optional>

#include "compiler/passes/kinds.h"
#include "compiler/passes/passes.h"

namespace lithe::passes {
namespace {

ir::Node* product_of(const ir::Graph& body) {
    ir::Node* product = nullptr;
    for (const auto& node : body.nodes()) {
        if (!node->is("packed_gates") && !node->is("packed_linear")) continue;
        if (product) return nullptr;
        product = node.get();
    }
    return product;
}

/// Rows of a product of known weights whose kernel reads and writes each row on its own; 0 for any
/// other group.
int64_t rows_of(const ir::Node& group, const ir::Node& product) {
    const Shape& shape = product.type().shape;
    const bool is_known = shape.size() == 2 && shape[0].is_constant() &&
                          product.input(1).type().count().is_constant();
    if (!is_known || !product.input(0).node->is("input")) return 0;
    const bool is_by_rows = std::all_of(
        group.body()->nodes().begin(), group.body()->nodes().end(), [&](const auto& node) {
            const bool is_of_row = node->is("slice") && node->attrs().get_int("axis") ==
                                                            node->input(0).type().rank() - 1;
            return node.get() == &product || node->is("input") || is_pointwise(*node) || is_of_row;
        });
    const bool has_its_shape =
        std::all_of(group.types().begin(), group.types().end(),
                    [&](const TensorType& type) { return same(type.shape, shape); });
    return is_by_rows && has_its_shape ? shape[0].constant() : 0;
}

/// What the kernels of a scan's round have in common: rows, and how many of them a tile takes.
struct Rounds {
    int64_t rows = 0, tile_rows = 0;
    int64_t weight_bytes = 0;
    std::vector<ir::Node*> products;
};

std::optional<Rounds> rounds_of(const ir::Graph& body) {
    Rounds rounds;
    for (const auto& node : body.nodes()) {
        if (node->is("input")) continue;
        ir::Node* product = node->is("group") ? product_of(*node->body()) : nullptr;
        const int64_t rows = product ? rows_of(*node, *product) : 0;
        const int64_t tile_rows = rows > 0 ? product->attrs().get_int("tile_rows") : 0;
        const bool is_first = rounds.products.empty();
        if (rows == 0 || (!is_first && rows != rounds.rows)) return std::nullopt;
        rounds.rows = rows;
        rounds.tile_rows = std::max(rounds.tile_rows, tile_rows);
        rounds.weight_bytes += 4 * product->input(1).type().count().constant();
        rounds.products.push_back(product);
    }
    if (rounds.products.empty()) return std::nullopt;
    return rounds;
}

/// Blocks of whole tiles; 0 where there would be one alone.
int64_t blocks_of(const Rounds& rounds) {
    const bool are_whole =
        rounds.tile_rows > 0 && rounds.rows % rounds.tile_rows == 0 &&
        std::all_of(rounds.products.begin(), rounds.products.end(), [&](const ir::Node* product) {
            return rounds.tile_rows % product->attrs().get_int("tile_rows") == 0;
        });
    const int64_t blocks = are_whole ? rounds.rows / rounds.tile_rows : 0;
    return blocks > 1 ? blocks : 0;
}

}  // namespace

bool split_rows(ir::Graph& graph, const Machine& machine, Notes& notes) {
    bool changed = false;
    for (const auto& node : graph.nodes()) {
        if (!node->is("scan")) continue;
        const std::optional<Rounds> rounds = rounds_of(*node->body(0));
        const int64_t blocks = rounds ? blocks_of(*rounds) : 0;
        if (blocks == 0) continue;
        if (rounds->weight_bytes > machine.l3_bytes / 2) {
            add_note(notes, "split_rows", graph, *node,
                     "every thread would read all weights, " +
                         std::to_string(rounds->weight_bytes >> 10) + " KB, in every round");
            continue;
        }
        add_note(notes, "split_rows", graph, *node,
                 "threads take blocks of " + std::to_string(rounds->tile_rows) +
                     " rows through all rounds");
        node->attrs().set("row_blocks", Dim(blocks));
        for (ir::Node* product : rounds->products) product->attrs().set("row_blocks", Dim(blocks));
        changed = true;
    }
    return changed;
}

}  // namespace lithe::passes
