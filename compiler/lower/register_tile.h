#pragma once

#include <vector>

#include "compiler/lower/body.h"

namespace lithe::lower {

/// One row of one vector: the epilogue would have no loop to hide behind.
bool is_single_vector(const ir::Node& anchor, const Target& target);

/// Lanes of the vectors in which a tile's sum is written: a panel's whole row where registers are
/// few. Of rows in parts LLVM makes all products of the first part before those of the next, for
/// which it keeps an element of every row of x.
int sum_lanes(const Target& target, int width);

/// A sum of products with packed weights: a tile of accumulators in registers, rows times filters,
/// a loop over the sum, then the rest of the group on the tile.
///
/// A short rest is applied to the registers as they are; a long one in a loop over the tile, which
/// lies in memory for that.
class RegisterTile {
public:
    RegisterTile(Body& body, const ir::Node& anchor);
    virtual ~RegisterTile() = default;
    RegisterTile(const RegisterTile&) = delete;
    RegisterTile& operator=(const RegisterTile&) = delete;

    /// Defines and schedules everything.
    void run();

protected:
    /// Defines the Funcs of all nodes; those of the anchor read tile().
    virtual void define();
    /// The Func that is stored: all results of the group, of the type `result_type`. Its arguments
    /// have the names of the tile's.
    virtual Halide::Func result();
    virtual const TensorType& result_type() const { return type_; }
    /// An argument of the tile behind those of the anchor's result.
    struct Axis {
        Halide::Var var;
        int extent;
        int turns;  ///< in which the sums are computed: so many fewer of them at once
    };
    virtual std::vector<Axis> more_axes() const { return {}; }
    /// Leaves out terms of the sum that are zero; `index` in the order of the extents.
    virtual void skip_zeros(Halide::RDom& /*sum*/, const Coords& /*index*/) const {}
    /// Length of the sum; a guess where it is symbolic.
    virtual double sum_length() const = 0;
    /// The loops around the tiles, innermost first; `panel` goes over the panels of weights.
    virtual std::vector<Halide::Var> outer_loops(Halide::Stage& stage, int rows, bool is_parallel,
                                                 const Halide::Var& panel) = 0;

    /// Cuts many rows into blocks, so that there are tasks enough; false where they are few.
    bool split_block(Halide::Stage& stage, int rows, const Halide::Var& block) const;

    /// The loops over panels and over blocks of rows, innermost first, where the weights are far.
    std::vector<Halide::Var> far_loops(Halide::Stage& stage, const Halide::Var& panel,
                                       const Halide::Var& block) const;

    /// A sum over `extents` in a tile of its own; the Expr reads it at the anchor's coordinate.
    void sum(const Coords& extents, const ReduceBody& value);

    Body& body() { return body_; }
    const Body& body() const { return body_; }
    const Halide::Func& tile() const { return tile_; }
    const ir::Node& anchor() const { return anchor_; }
    int rank() const { return rank_; }
    /// Of the tile, in numbers.
    int width() const { return width_; }
    /// The loop over tiles of rows.
    const Halide::Var& row_var() const { return m_; }

private:
    std::vector<Halide::Var> tile_vars() const;
    Halide::Expr sum_of_streams() const;
    void loops(Halide::Stage stage, int rows, bool is_parallel);
    void schedule_loops();
    void schedule_tile();
    Halide::LoopLevel schedule_whole_tile();
    void schedule_at(Halide::Func& f, const Halide::LoopLevel& level);

    Body& body_;
    const ir::Node& anchor_;
    const TensorType& type_;
    int rank_, width_, lanes_;
    int rows_ = 0;     ///< of the tile, where there is one height alone
    int streams_ = 1;  ///< parts of the sum, side by side
    bool is_light_ = true;
    Halide::Var n_, m_, mi_{"mi"}, stream_{"stream"};
    Halide::RDom sum_;
    Halide::Func acc_, tile_, out_;
};

}  // namespace lithe::lower
