// Products with packed panels, by tiles of registers.
#include <algorithm>

#include "compiler/lower/anchor.h"
#include "compiler/lower/families.h"
#include "compiler/lower/prefetch.h"
#include "compiler/lower/register_tile.h"

namespace lithe::lower {
namespace {

using Halide::Stage;
using Halide::TailStrategy;
using Halide::Var;

/// Floating-point operations of one task: 10 us.
constexpr double task_flops = 1.5e6;
/// Rows of so many times the weights' size are further away than these.
constexpr int64_t most_rows_per_weight = 4;

ir::Node* anchor_of(const ir::Graph& body) {
    return sole_anchor(body, "packed_linear", InFront::nothing);
}

bool takes(const ir::Node& group, std::string& why) {
    const ir::Node* anchor = anchor_of(*group.body());
    if (!anchor) {
        why = "packed: not one packed product with elementwise nodes behind it";
        return false;
    }
    const bool fits = has_result_of(group, *anchor);
    if (!fits) why = "packed: the result has not the product's shape";
    return fits;
}

class Product : public RegisterTile {
public:
    using RegisterTile::RegisterTile;

private:
    double sum_length() const override {
        const Shape& panels = anchor().input(1).type().shape;
        const Dim& size = panels[panels.size() - 2];
        const double length = size.is_constant() ? static_cast<double>(size.constant()) : 256;
        return std::max(length, 1.0);
    }

    std::vector<Var> outer_loops(Stage& stage, int rows, bool is_parallel,
                                 const Var& panel) override {
        const Var block("block");
        std::vector<Var> outer{panel};
        if (is_parallel && split_block(stage, rows, block)) {
            outer.insert(are_weights_outer() ? outer.begin() : outer.end(), block);
        }
        for (int axis = rank() - 3; axis >= 0; --axis) outer.push_back(Body::axis_var(axis));
        return outer;
    }

    /// Weights that come from far are read once, and the rows for every panel; else each block of
    /// rows is, and the weights for every block.
    bool are_weights_outer() const {
        const Dim rows = anchor().input(0).type().count(),
                  weights = anchor().input(1).type().count();
        if (!is_far(anchor())) return false;
        return !rows.is_constant() || rows.constant() <= most_rows_per_weight * weights.constant();
    }

    /// Cuts many rows into blocks, so that there are tasks enough.
    bool split_block(Stage& stage, int rows, const Var& block) {
        const double tile_flops = 2.0 * rows * width() * sum_length();
        const auto tiles = static_cast<int>(std::max(1.0, task_flops / tile_flops));
        const Dim& all = anchor().type().size(rank() - 2);
        if (all.is_constant() && all.constant() < 2LL * tiles * rows) return false;
        stage.split(row_var(), block, row_var(), tiles, TailStrategy::GuardWithIf);
        return true;
    }
};

bool matches(const ir::Node& group, const Target& target, std::string& why) {
    return takes(group, why) && !is_single_vector(*anchor_of(*group.body()), target);
}

bool matches_single(const ir::Node& group, const Target& target, std::string& why) {
    return takes(group, why) && is_single_vector(*anchor_of(*group.body()), target);
}

void schedule(const ir::Node&, Body& body) { Product(body, *anchor_of(body.graph())).run(); }

}  // namespace

const Family packed_family = {.name = "packed", .matches = matches, .schedule = schedule};

const Family packed_vector_family = {
    .name = "packed_vector", .matches = matches_single, .schedule = schedule};

}  // namespace lithe::lower
