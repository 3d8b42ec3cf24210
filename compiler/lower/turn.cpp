#include "compiler/lower/turn.h"

#include <algorithm>

#include "compiler/lower/marker.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::Var;
using Halide::Internal::Call;

/// Calls of it have two vectors, whether blocks are moved, and which half of the exchange it is.
constexpr const char* marker = "lithe_exchange";

/// Elements of a block of 128 bits, within which CPUs move elements at least cost.
int block_size(const Halide::Type& type) { return std::min(16 / type.bytes(), type.lanes()); }

/// Whole blocks: every second one of both vectors.
std::vector<int> every_second_block(const Halide::Type& type, int which) {
    const int block = block_size(type);
    std::vector<int> from;
    for (int lane = 0; lane < type.lanes(); ++lane)
        from.push_back((2 * (lane / block) + which) * block + lane % block);
    return from;
}

/// Within blocks: half of each, elements of both vectors by turns.
std::vector<int> halves_by_turns(const Halide::Type& type, int which) {
    const int block = block_size(type);
    std::vector<int> from;
    for (int lane = 0; lane < type.lanes(); ++lane) {
        const int within = lane % block;
        from.push_back(lane - within + within / 2 + which * (block / 2) +
                       within % 2 * type.lanes());
    }
    return from;
}

}  // namespace

// The rounds within blocks take the highest bit first and those of blocks the lowest: then every
// row ends up at its own number.
Turn::Turn(int lanes, const std::vector<Var>& lead, const Element& element) : lanes_(lanes) {
    const Var row("row"), column("column");
    vars_ = {v_, r_, row, column};
    vars_.insert(vars_.end(), lead.begin(), lead.end());
    Func rows("rows");
    rows(vars_) = element({row, r_}, {column, v_});
    rounds_.push_back(rows);
    const int block = block_size(rows.type().with_lanes(lanes));
    for (int bit = block / 2; bit >= 1; bit /= 2) add_round(bit, /*moves_blocks=*/false);
    for (int bit = block; bit < lanes; bit *= 2) add_round(bit, /*moves_blocks=*/true);
}

void Turn::add_round(int bit, bool moves_blocks) {
    const Func from = rounds_.back();
    const Expr which = r_ / bit % 2, first = r_ - which * bit;
    const auto of = [&](const Expr& r) {
        std::vector<Expr> at(vars_.begin(), vars_.end());
        at[1] = r;
        return from(at);
    };
    Func to("turned");
    to(vars_) = Call::make(from.type(), marker,
                           {of(first), of(first + bit), Expr(moves_blocks ? 1 : 0), which},
                           Call::PureExtern);
    rounds_.push_back(to);
}

Expr Turn::at(const Place& row, const Place& column, const std::vector<Expr>& lead) const {
    std::vector<Expr> at{row.within, column.within, row.square, column.square};
    at.insert(at.end(), lead.begin(), lead.end());
    return rounds_.back()(at);
}

void Turn::schedule(const Halide::LoopLevel& at) {
    for (Func& f : rounds_) {
        f.compute_at(at).store_in(Halide::MemoryType::Stack);
        f.bound(v_, 0, lanes_).bound(r_, 0, lanes_).vectorize(v_, lanes_).unroll(r_, lanes_);
    }
}

void shuffle_turns(Halide::Pipeline& pipeline) {
    replace_marker(pipeline, marker, [](const Halide::Type& type, const std::vector<Expr>& args) {
        const bool moves_blocks = marker_number(args[2]) != 0;
        const int which = marker_number(args[3]);
        return Halide::Internal::Shuffle::make(
            {args[0], args[1]},
            moves_blocks ? every_second_block(type, which) : halves_by_turns(type, which));
    });
}

}  // namespace lithe::lower
