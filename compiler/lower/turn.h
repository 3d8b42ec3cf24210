#pragma once

#include <Halide.h>

#include <functional>
#include <vector>

namespace lithe::lower {

/// A matrix with its rows in the lanes, made of one whose columns lie side by side in memory.
///
/// Squares of `lanes` rows and columns are read row by row and turned in registers by perfect
/// shuffles: each interleaves the first half of the square with the second, and so turns the bits
/// of all places by one. A gather takes about six times as long.
class Turn {
public:
    /// `element(row, column)` is what is read, which also may depend on `lead`.
    Turn(int lanes, const std::vector<Halide::Var>& lead,
         const std::function<Halide::Expr(const Halide::Expr&, const Halide::Expr&)>& element);

    /// The element in terms of the turned squares; vectors of it go along rows.
    Halide::Expr at(const Halide::Expr& row, const Halide::Expr& column) const;
    /// Turns squares in `loop` of `user`, which goes over those that at() was asked for.
    void schedule(const Halide::Func& user, const Halide::Var& loop);

private:
    int lanes_;
    std::vector<Halide::Var> lead_;
    Halide::Var v_{"v"}, r_{"r"}, row_{"row"}, column_{"column"};
    std::vector<Halide::Func> rounds_;  ///< f(place in a vector, vector, square..)
};

}  // namespace lithe::lower
