#pragma once

#include <Halide.h>

#include <functional>
#include <vector>

namespace lithe::lower {

/// A matrix with its rows in the lanes, made of one whose columns lie side by side in memory.
///
/// Squares of `lanes` rows and columns are read row by row and turned in registers by shuffles of
/// two vectors each: log2(lanes) rounds, each of which exchanges one bit of the row's number with
/// one of the column's. A gather takes about six times as long.
class Turn {
public:
    /// A row or a column: its square, and where it is in it.
    struct Place {
        Halide::Expr square, within;
    };
    using Element = std::function<Halide::Expr(const Place& row, const Place& column)>;

    /// `element(row, column)` is what is read, which also may depend on `lead`. `lanes` is a power
    /// of two.
    Turn(int lanes, const std::vector<Halide::Var>& lead, const Element& element);

    /// The element in terms of the turned squares; vectors of it go along rows. `lead` are the
    /// values of the variables that were given.
    Halide::Expr at(const Place& row, const Place& column,
                    const std::vector<Halide::Expr>& lead) const;
    /// Turns squares in the loop `at` of their user, which goes over those that at() was asked for.
    void schedule(const Halide::LoopLevel& at);

private:
    /// `bit` of the row's number against one of the column's.
    void add_round(int bit, bool moves_blocks);

    int lanes_;
    std::vector<Halide::Var> vars_;
    Halide::Var v_{"v"}, r_{"r"};
    std::vector<Halide::Func> rounds_;  ///< f(place in a vector, vector, square..)
};

/// Makes shuffles of the rounds of all Turns in a pipeline.
void shuffle_turns(Halide::Pipeline& pipeline);

}  // namespace lithe::lower
