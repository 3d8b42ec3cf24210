#include "compiler/lower/turn.h"

namespace lithe::lower {

using Halide::Expr;
using Halide::Func;
using Halide::Var;

Turn::Turn(int lanes, const std::vector<Var>& lead,
           const std::function<Expr(const Expr&, const Expr&)>& element)
    : lanes_(lanes), lead_(lead) {
    std::vector<Var> vars{v_, r_, row_, column_};
    vars.insert(vars.end(), lead.begin(), lead.end());
    const auto of = [&](const Func& f, const Expr& v, const Expr& r) {
        std::vector<Expr> at{v, r};
        at.insert(at.end(), vars.begin() + 2, vars.end());
        return f(at);
    };
    Func rows("rows");
    rows(vars) = element(row_ * lanes + r_, column_ * lanes + v_);
    rounds_.push_back(rows);
    const int half = lanes / 2;
    for (int turned = 1; turned < lanes; turned *= 2) {
        Func shuffled("shuffled");
        const Expr place = v_ / 2 + half * (r_ % 2), vector = r_ / 2;
        shuffled(vars) = select(v_ % 2 == 0, of(rounds_.back(), place, vector),
                                of(rounds_.back(), place, vector + half));
        rounds_.push_back(shuffled);
    }
}

Expr Turn::at(const Expr& row, const Expr& column) const {
    std::vector<Expr> at{row % lanes_, column % lanes_, row / lanes_, column / lanes_};
    at.insert(at.end(), lead_.begin(), lead_.end());
    return rounds_.back()(at);
}

// Loops, not unrolled: LLVM would take the rounds for one shuffle of everything, and write that
// element by element.
void Turn::schedule(const Func& user, const Var& loop) {
    const Var pair("pair"), each("each");
    for (Func& f : rounds_) {
        f.compute_at(user, loop).store_in(Halide::MemoryType::Stack);
        f.bound(v_, 0, lanes_).bound(r_, 0, lanes_).vectorize(v_, lanes_);
        f.split(r_, pair, each, 2).unroll(each);
    }
}

}  // namespace lithe::lower
