#include "compiler/lower/product.h"

#include <algorithm>

#include "compiler/lower/prefetch.h"

namespace lithe::lower {
namespace {

using Halide::Var;

/// Rows of so many times the weights' size are further away than these.
constexpr int64_t most_rows_per_weight = 4;

}  // namespace

double Product::sum_length() const {
    const Dim& size = anchor().input(0).type().shape.back();
    const double length = size.is_constant() ? static_cast<double>(size.constant()) : 256;
    return std::max(length, 1.0);
}

std::vector<Var> Product::outer_loops(Halide::Stage& stage, int rows, bool is_parallel,
                                      const Var& panel) {
    const Var block("block");
    if (anchor().attrs().has("row_blocks")) {
        split_row_blocks(stage, rows, block);
        return {block, panel};
    }
    const bool has_blocks = is_parallel && split_block(stage, rows, block);
    std::vector<Var> outer{panel, block};
    if (!has_blocks) outer = panel_loops(stage, panel);
    if (has_blocks && are_weights_outer()) outer = far_loops(stage, panel, block);
    for (int axis = rank() - 3; axis >= 0; --axis) outer.push_back(Body::axis_var(axis));
    return outer;
}

/// Blocks that a loop's rounds have in common: whole tiles of known rows.
void Product::split_row_blocks(Halide::Stage& stage, int rows, const Var& block) const {
    const int64_t all = anchor().type().size(0).constant();
    const int64_t tiles = all / anchor().attrs().get_int("row_blocks") / rows;
    stage.split(row_var(), block, row_var(), static_cast<int>(tiles));
}

/// Equal places of the parts one after the other, so that one thread computes what one thread will
/// read. (Where rows are many enough for blocks, a thread's caches do not hold that anyway.)
std::vector<Var> Product::panel_loops(Halide::Stage& stage, const Var& panel) {
    const Attrs& attrs = anchor().attrs();
    if (!attrs.has("parts")) return {panel};
    const int64_t columns = attrs.get_int("columns"), parts = attrs.get_int("parts");
    if (columns % (parts * width()) != 0) return {panel};
    const Var part("part");
    stage.split(panel, part, panel, static_cast<int>(columns / parts / width()),
                Halide::TailStrategy::GuardWithIf);
    return {part, panel};
}

/// Weights that come from far are read once, and the rows for every panel; else each block of rows
/// is, and the weights for every block.
bool Product::are_weights_outer() const {
    if (!is_far(anchor())) return false;
    const Dim rows = anchor().input(0).type().count(), weights = anchor().input(1).type().count();
    return !rows.is_constant() || rows.constant() <= most_rows_per_weight * weights.constant();
}

}  // namespace lithe::lower
