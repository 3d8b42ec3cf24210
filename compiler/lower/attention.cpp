// Attention by blocks of queries: scores of a block with all keys, their softmax, and the weighted
// rows of v, all on the stack.
//
// Queries of a block lie in the lanes: the scores' tile is keys x queries, so maxima, exponentials
// and sums of the softmax are plain vector code without steps across lanes. Heads that were split
// by reshapes, permutes and slices are read where they lie.
#include <algorithm>
#include <limits>
#include <optional>

#include "compiler/lower/attention_parts.h"
#include "compiler/lower/families.h"
#include "compiler/lower/turn.h"
#include "dsl/lower_math_exp.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::RDom;
using Halide::TailStrategy;
using Halide::Var;
using Halide::VarOrRVar;

/// Floating-point operations that are worth a second thread: 20 us.
constexpr double parallel_flops = 4e6;
/// Scores are logarithms to base 4, so that an exponential has no factor. (To base 2 a mask of the
/// lowest number would overflow.)
constexpr float score_unit = 0.72134752f;
/// What is read again and again of a first-level cache of 48 KB.
constexpr int64_t near_bytes = 32 << 10;
constexpr int partial_sums = 4;  // of maxima and sums, so that they do not wait for each other
/// Keys whose rows of v all queries of a block read before the next keys: with few registers tiles
/// of results are small, so that v is read often, and of heads that lie side by side few rows fit
/// into a first-level cache.
constexpr int64_t most_round_keys = 64;

bool matches(const ir::Node& group, const Target&, std::string& why) {
    return is_attention(group, why);
}

int64_t rounded_up(int64_t value, int64_t step) { return (value + step - 1) / step * step; }

/// Tiles in elements: queries of a block, keys of a tile of scores, columns and rows of one of
/// results.
struct Tiles {
    int queries, keys, columns, rows;
};

/// Keys of a tile of scores: those beyond the last are computed too, and a tile of `vectors` has
/// its loads and its start.
int choose_keys(const Dim& keys, const Dim& depth, int vectors, int registers) {
    const int most = registers > 16 ? 26 / vectors : 12 / vectors, usual = std::min(most, 12);
    if (!keys.is_constant() || !depth.is_constant()) return usual;
    constexpr int start_cycles = 16;
    int best = usual;
    double least = std::numeric_limits<double>::infinity();
    for (int tile = most; tile >= std::max(1, 8 / vectors); --tile) {
        const double step = std::max(tile * vectors, tile + vectors) / 2.0;
        const int64_t tiles = rounded_up(rounded_up(keys.constant(), partial_sums), tile) / tile;
        const double time = static_cast<double>(tiles) *
                            (static_cast<double>(depth.constant()) * step + start_cycles);
        if (time < least) least = time, best = tile;
    }
    return best;
}

Tiles choose_tiles(const ir::Node& anchor, const Target& target) {
    const int rank = anchor.type().rank();
    const Dim& rows = anchor.type().size(rank - 2);
    const int64_t width = anchor.type().shape.back().constant();
    const int lanes = target.lanes(), registers = target.register_count;
    const int64_t length = rows.is_constant() ? rows.constant() : 1 << 10;
    const bool is_wide = rounded_up(length, 2 * lanes) * 16 <= rounded_up(length, lanes) * 17;
    Tiles tiles{};
    tiles.queries = is_wide ? 2 * lanes : lanes;
    const int vectors = tiles.queries / lanes;
    const TensorType& keys = anchor.input(1).type();
    tiles.keys = choose_keys(keys.size(rank - 2), keys.shape.back(), vectors, registers);
    // So many columns of v that their rows stay in a first-level cache for the next rows of
    // results.
    const int64_t most_keys = anchor.attrs().get_int("keys");
    int64_t columns = std::clamp<int64_t>(width / lanes, 1, registers > 16 ? 4 : 2);
    while (columns > 2 && columns * lanes * 4 * most_keys > near_bytes) columns /= 2;
    tiles.columns = static_cast<int>(columns) * lanes;
    tiles.rows = registers > 16 ? 16 : 8;  // a power of two: blocks of queries are made of them
    while (tiles.rows * columns > (registers > 16 ? 16 : 8) || tiles.rows > tiles.queries)
        tiles.rows /= 2;
    return tiles;
}

/// Keys of a round, of as many rounds as are needed; 0 where one is enough.
int choose_round(int64_t most_keys, const Target& target) {
    if (!target.has_few_registers() || most_keys <= most_round_keys) return 0;
    const int64_t rounds = rounded_up(most_keys, most_round_keys) / most_round_keys;
    return static_cast<int>(rounded_up(most_keys, rounds) / rounds);
}

class Schedule {
public:
    explicit Schedule(Body& body)
        : body_(body),
          anchor_(*attention_of(body.graph())),
          rank_(anchor_.type().rank()),
          lanes_(body.target().lanes()),
          keys_(body.size(anchor_.input(1).type().size(rank_ - 2))),
          queries_(body.size(anchor_.type().size(rank_ - 2))),
          tiles_(choose_tiles(anchor_, body.target())),
          round_keys_(choose_round(anchor_.attrs().get_int("keys"), body.target())),
          lead_(attention_lead(rank_)),
          operands_(body, anchor_, lead_, score_unit) {}

    void run() {
        define();
        body_.define_rest();
        schedule_block();
        schedule_loops();
    }

private:
    std::vector<Var> vars(std::vector<Var> first) const {
        return with_lead(std::move(first), lead_);
    }
    std::vector<Expr> at(std::vector<Expr> first) const {
        return with_lead(std::move(first), lead_);
    }

    void define() {
        const Expr depth = body_.size(anchor_.input(0).type().shape.back());
        const auto scale = static_cast<float>(anchor_.attrs().get_float("scale") * score_unit);
        const Expr row = min(l_, queries_ - 1), key = min(s_, keys_ - 1);
        if (is_turned()) {
            turn_.emplace(lanes_, lead_, [&](const Turn::Place& line, const Turn::Place& column) {
                const Expr query = line.square * lanes_ + line.within;
                return operands_.element(0, min(query, queries_ - 1),
                                         column.square * lanes_ + column.within);
            });
        }
        const auto in_square = [&](const Var& i) { return Turn::Place{i / lanes_, i % lanes_}; };
        const std::vector<Expr> lead(lead_.begin(), lead_.end());
        const Expr query =
            turn_ ? turn_->at(in_square(l_), in_square(d_), lead) : operands_.element(0, row, d_);
        query_(vars({l_, d_})) = strict_float(query * scale);

        over_depth_ = RDom(0, depth);
        product_(vars({l_, s_})) = 0.f;
        product_(vars({l_, s_})) +=
            query_(at({l_, over_depth_})) * operands_.element(1, key, over_depth_);
        tile_(vars({l_, s_})) = product_(at({l_, s_}));
        // Halide 21 loses the loop over tiles of keys where it compares loop variables of both.
        row_(vars({l_})) = row;
        score_(vars({l_, s_})) =
            strict_float(operands_.masked(tile_(at({l_, s_})), key > row_(at({l_})), row, key));

        // Keys in rounds of four: those beyond the last repeat it.
        over_rounds_ = RDom(0, (keys_ + partial_sums - 1) / partial_sums);
        const Expr each = over_rounds_ * partial_sums + j_;
        most_part_(vars({l_, j_})) = -std::numeric_limits<float>::infinity();
        const Expr candidate = score_(at({l_, each})), most = most_part_(at({l_, j_}));
        most_part_(vars({l_, j_})) = strict_float(select(candidate > most, candidate, most));
        most_(vars({l_})) =
            folded(most_part_, [](const Expr& a, const Expr& b) { return select(a > b, a, b); });
        const Expr weight = lower_math::exp4_of_negative(score_(at({l_, s_})) - most_(at({l_})));
        weight_(vars({l_, s_})) = weight;
        const Expr rounds = keys_ / partial_sums;
        over_whole_rounds_ = RDom(0, rounds);
        over_rest_ = RDom(0, keys_ % partial_sums);
        total_part_(vars({l_, j_})) = 0.f;
        const auto add = [&](const Expr& part, const Expr& s) {
            const std::vector<Expr> place = at({l_, part});
            total_part_(place) = strict_float(total_part_(place) + weight_(at({l_, s})));
        };
        add(j_, over_whole_rounds_ * partial_sums + j_);
        add(over_rest_, rounds * partial_sums + over_rest_);
        // 0 / 0 where every key is left out.
        const Expr counts = select(most_(at({l_})) == lowest_score, 0.f, 1.f);
        const Expr total = folded(total_part_, [](const Expr& a, const Expr& b) { return a + b; });
        total_(vars({l_})) = strict_float(counts / (total * counts));

        define_sums();
        result_(vars({e_, l_})) = strict_float(sum_tile_(at({e_, l_})) * total_(at({l_})));

        // In the axes' own Vars, for what comes behind.
        Func attention("attention");
        std::vector<Expr> own;
        for (const Var& v : Body::vars(rank_)) own.emplace_back(v);
        attention(Body::vars(rank_)) = result_(own);
        body_.define({const_cast<ir::Node*>(&anchor_), 0}, attention);
    }

    /// The weighted rows of v, added up key by key; in rounds, `sum_` has those of a round.
    void define_sums() {
        std::vector<Var> place = vars({e_, l_});
        if (round_keys_ > 0) place = vars({e_, l_, round_});
        over_keys_ = RDom(0, round_keys_ > 0 ? Expr(round_keys_) : keys_);
        Expr key = over_keys_;
        if (round_keys_ > 0) {
            const Expr any = round_ * round_keys_ + over_keys_;
            over_keys_.where(any < keys_);
            key = Halide::unsafe_promise_clamped(any, 0, keys_ - 1);
        }
        sum_(place) = 0.f;
        sum_(place) += weight_(at({l_, key})) * operands_.element(2, key, e_);
        if (round_keys_ == 0) {
            sum_tile_(vars({e_, l_})) = sum_(at({e_, l_}));
            return;
        }
        over_key_rounds_ = RDom(0, (keys_ + round_keys_ - 1) / round_keys_);
        sum_tile_(vars({e_, l_})) = 0.f;
        sum_tile_(vars({e_, l_})) += sum_(at({e_, l_, over_key_rounds_}));
    }

    /// Whether queries lie so that they have to be turned, by whole vectors.
    bool is_turned() const {
        const Dim& depth = anchor_.input(0).type().shape.back();
        return depth.is_constant() && depth.constant() % lanes_ == 0 && operands_.is_dense(0);
    }

    template <class Step>
    Expr folded(const Func& parts, const Step& step) const {
        std::vector<Expr> each;
        for (int j = 0; j < partial_sums; ++j) each.push_back(parts(at({l_, j})));
        return strict_float(step(step(each[0], each[1]), step(each[2], each[3])));
    }

    /// What is computed for one block of queries; its loop is `block_` of the result.
    void schedule_block() {
        out_ = body_.output();
        const Shape order = order_of_attention(body_.graph(), anchor_);
        for (int axis = 0; axis < rank_; ++axis) {
            if (order[static_cast<size_t>(axis)].is_constant(rank_ - 2)) query_axis_ = axis;
            if (order[static_cast<size_t>(axis)].is_constant(rank_ - 1)) column_axis_ = axis;
        }
        const int64_t most_keys = anchor_.attrs().get_int("keys");
        const auto keys =
            static_cast<int>(rounded_up(rounded_up(most_keys, partial_sums), tiles_.keys));
        for (Func* f : {&query_, &row_, &score_, &most_part_, &most_, &weight_, &total_part_,
                        &total_, &result_}) {
            f->compute_at(out_, block_).store_in(Halide::MemoryType::Stack);
        }
        for (Func* f : {&query_, &row_, &score_, &most_part_, &most_, &total_part_, &total_}) {
            f->bound_extent(l_, tiles_.queries);
            if (f != &query_) f->vectorize(l_, lanes_);
        }
        schedule_queries();
        result_.bound_extent(l_, tiles_.queries);
        for (Func* f : {&score_, &weight_}) {
            // `Stack` would take more than 16 KB from the heap.
            f->bound_storage(s_, keys).store_in(Halide::MemoryType::Register);
        }
        schedule_scores();
        schedule_sums();
    }

    void schedule_queries() {
        if (!turn_) {
            query_.vectorize(l_, lanes_).reorder(l_, d_);
            return;
        }
        const Var lo("lo"), li("li"), square("square"), di("di");
        query_.split(l_, lo, li, lanes_)
            .split(d_, square, di, lanes_)
            .reorder(li, di, square, lo)
            .vectorize(li);
        turn_->schedule(Halide::LoopLevel(query_, square));
    }

    void schedule_scores() {
        const Var so("so"), si("si");
        score_.split(s_, so, si, tiles_.keys, TailStrategy::RoundUp)
            .reorder(l_, si, so)
            .never_partition_all();
        for (Func* f : {&product_, &tile_}) {
            f->compute_at(score_, so).vectorize(l_, lanes_).unroll(l_);
            f->bound_extent(s_, tiles_.keys).bound_extent(l_, tiles_.queries).unroll(s_);
        }
        for (Func* f : {&product_, &tile_}) f->store_in(Halide::MemoryType::Stack);
        product_.update().reorder(l_, s_, over_depth_).vectorize(l_, lanes_).unroll(l_).unroll(s_);
        for (Func* f : {&most_part_, &total_part_}) {
            const RDom& rounds = f == &most_part_ ? over_rounds_ : over_whole_rounds_;
            f->bound_extent(j_, partial_sums).unroll(l_).unroll(j_);
            f->update().reorder(l_, j_, rounds).vectorize(l_, lanes_).unroll(l_).unroll(j_);
        }
        total_part_.update(1).reorder(l_, over_rest_).vectorize(l_, lanes_).unroll(l_);
        // Several vectors side by side, so that their exponentials do not wait for themselves.
        const int vectors = body_.target().has_few_registers() ? 2 : 4;
        const int step = std::max(1, vectors * lanes_ / tiles_.queries);
        const Var ws("ws"), wi("wi");
        weight_.bound_extent(l_, tiles_.queries)
            .split(s_, ws, wi, step, TailStrategy::RoundUp)
            .reorder(l_, wi, ws)
            .vectorize(l_)
            .vectorize(wi);
    }

    void schedule_sums() {
        const Var eo("eo"), lo("lo");
        const auto width = static_cast<int>(anchor_.type().shape.back().constant());
        const TailStrategy tail =
            width % tiles_.columns ? TailStrategy::GuardWithIf : TailStrategy::Auto;
        result_.bound_extent(e_, width)
            .split(e_, eo, e_, tiles_.columns, tail)
            .split(l_, lo, l_, tiles_.rows, TailStrategy::RoundUp)
            .reorder(e_, l_, lo, eo)
            .vectorize(e_, lanes_);
        if (round_keys_ > 0) {
            sum_tile_.compute_at(out_, block_)
                .bound_extent(e_, width)
                .bound_extent(l_, tiles_.queries)
                .vectorize(e_, lanes_, TailStrategy::GuardWithIf);
            sum_tile_.update()
                .split(e_, eo, e_, tiles_.columns, tail)
                .split(l_, lo, l_, tiles_.rows)
                .reorder(e_, l_, lo, eo, over_key_rounds_)
                .vectorize(e_, lanes_)
                .unroll(e_)
                .unroll(l_);
            keep_in_registers(sum_, Halide::LoopLevel(sum_tile_, lo));
        } else {
            for (Func* f : {&sum_, &sum_tile_})
                keep_in_registers(*f, Halide::LoopLevel(result_, lo));
        }
        for (Func* f : {&sum_, &sum_tile_}) f->store_in(Halide::MemoryType::Stack);
        sum_.update().reorder(e_, l_, over_keys_).vectorize(e_, lanes_).unroll(e_).unroll(l_);
    }

    /// A tile of results.
    void keep_in_registers(Func& tile, const Halide::LoopLevel& level) {
        tile.compute_at(level).bound_extent(e_, tiles_.columns).bound_extent(l_, tiles_.rows);
        tile.vectorize(e_, lanes_).unroll(e_).unroll(l_);
    }

    void schedule_loops() {
        const TensorType& type = body_.graph().outputs[0].value.type();
        body_.bind_output(out_, type);
        body_.bound_axes(out_, type);
        out_.compute_root();
        const Var e = Body::axis_var(column_axis_), l = Body::axis_var(query_axis_);
        const bool is_across = query_axis_ == rank_ - 1;  // a row of the output has queries
        std::vector<Var> outer{block_};
        for (int axis = rank_; axis-- > 0;) {
            if (axis != query_axis_ && axis != column_axis_) outer.push_back(Body::axis_var(axis));
        }
        const Dim pairs = type.count() * anchor_.input(1).type().size(rank_ - 2);
        const double least = parallel_flops / 4;
        const auto shape_loops = [&](Halide::Stage stage, bool is_parallel) {
            stage.split(l, block_, l, tiles_.queries, TailStrategy::GuardWithIf);
            std::vector<VarOrRVar> order{is_across ? l : e, is_across ? e : l};
            order.insert(order.end(), outer.begin(), outer.end());
            stage.reorder(order).vectorize(is_across ? l : e, lanes_, TailStrategy::GuardWithIf);
            if (is_parallel) fuse_parallel(stage, outer);
        };
        if (pairs.is_constant())
            return shape_loops(out_, static_cast<double>(pairs.constant()) >= least);
        const Expr is_large =
            cast<float>(body_.size(type.count())) * cast<float>(keys_) >= static_cast<float>(least);
        shape_loops(out_.specialize(is_large), true);
        shape_loops(out_, false);
    }

    /// The outermost loops are the tasks; the block's stays a loop of its own where what is
    /// computed in it hangs on it.
    static void fuse_parallel(Halide::Stage stage, const std::vector<Var>& outer) {
        Var task = outer.back();
        for (size_t i = outer.size() - 1; i-- > 1;) {
            const Var fused("task" + std::to_string(i));
            stage.fuse(outer[i], task, fused);
            task = fused;
        }
        if (outer.size() > 1) stage.parallel(task);
        stage.parallel(outer[0]);
    }

    Body& body_;
    const ir::Node& anchor_;
    int rank_, lanes_, query_axis_ = 0, column_axis_ = 0;  ///< axes of the output
    Expr keys_, queries_;
    Tiles tiles_;
    int round_keys_;  ///< or 0: v is read for all keys at once
    std::vector<Var> lead_;
    AttentionOperands operands_;
    std::optional<Turn> turn_;
    Var l_{"l"}, s_{"s"}, d_{"d"}, e_{"e"}, j_{"j"}, round_{"round"}, block_{"block"};
    RDom over_depth_, over_rounds_, over_whole_rounds_, over_rest_, over_keys_, over_key_rounds_;
    Func query_{"query"}, row_{"row"}, product_{"product"}, tile_{"tile"}, score_{"score"},
        most_part_{"most_part"}, most_{"most"}, weight_{"weight"}, total_part_{"total_part"},
        total_{"total"}, sum_{"sum"}, sum_tile_{"sum_tile"}, result_{"result"}, out_;
};

void schedule(const ir::Node&, Body& body) { Schedule(body).run(); }

}  // namespace

const Family attention_family = {
    .name = "attention", .fuses_multiply_add = true, .matches = matches, .schedule = schedule};

}  // namespace lithe::lower
