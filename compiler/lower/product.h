#pragma once

#include "compiler/lower/register_tile.h"

namespace lithe::lower {

/// The loops of a product with packed panels: tasks are panels, and blocks of many rows or
/// those of the loop around.
class Product : public RegisterTile {
public:
    using RegisterTile::RegisterTile;

protected:
    double sum_length() const override;

private:
    std::vector<Halide::Var> outer_loops(Halide::Stage& stage, int rows, bool is_parallel,
                                         const Halide::Var& panel) override;
    void split_row_blocks(Halide::Stage& stage, int rows, const Halide::Var& block) const;
    std::vector<Halide::Var> panel_loops(Halide::Stage& stage, const Halide::Var& panel);
    bool are_weights_outer() const;
};

}  // namespace lithe::lower
