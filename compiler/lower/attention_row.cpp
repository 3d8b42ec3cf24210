// Attention of few queries, as where a decoder makes one token after the other: for each of them
// its scores with all keys, their softmax and the weighted rows of v, at the speed at which keys
// and values come from memory.
//
// A lane holds a part of the depth while a score is summed, then sixteen scores are folded and lie
// in lanes themselves.
#include <algorithm>
#include <limits>

#include "compiler/lower/attention_parts.h"
#include "compiler/lower/families.h"
#include "compiler/lower/parallel.h"
#include "dsl/lower_math_exp.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::RDom;
using Halide::TailStrategy;
using Halide::Var;
using Halide::VarOrRVar;

constexpr int64_t most_rows = 4;     // from then on blocks of queries share what they read
constexpr int64_t most_chunks = 16;  // of a row of keys

/// The widest vector that a row of `length` numbers is a multiple of.
int vector_of(int64_t length, int lanes) {
    int width = 1;
    while (width < lanes && length % (2 * width) == 0) width *= 2;
    return width;
}

bool matches(const ir::Node& group, const Target& target, std::string& why) {
    if (!is_attention(group, why)) return false;
    const ir::Node& anchor = *attention_of(*group.body());
    const Dim &rows = anchor.type().size(anchor.type().rank() - 2),
              &depth = anchor.input(0).type().shape.back();
    const Dim last = order_of_attention(*group.body(), anchor).back();
    bool fits = last.is_constant(anchor.type().rank() - 1) && rows.is_constant() &&
                rows.constant() <= most_rows && depth.is_constant() && depth.constant() > 0;
    if (fits) {
        const int lanes = vector_of(depth.constant(), target.lanes());
        fits = lanes >= 4 && depth.constant() / lanes <= most_chunks;
    }
    if (!fits) why = "attention_row: more than a few queries, or rows of keys not made of vectors";
    return fits;
}

class Schedule {
public:
    explicit Schedule(Body& body)
        : body_(body),
          anchor_(*attention_of(body.graph())),
          rank_(anchor_.type().rank()),
          lanes_(body.target().lanes()),
          depth_(static_cast<int>(anchor_.input(0).type().shape.back().constant())),
          part_lanes_(vector_of(depth_, lanes_)),
          column_lanes_(vector_of(anchor_.type().shape.back().constant(), lanes_)),
          keys_(body.size(anchor_.input(1).type().size(rank_ - 2))),
          lead_(attention_lead(rank_)),
          operands_(body, anchor_, lead_) {
        lead_.insert(lead_.begin(), l_);
    }

    void run() {
        define();
        body_.define_rest();
        schedule_loops();
        schedule_scores();
        schedule_sums();
    }

private:
    std::vector<Var> vars(std::vector<Var> first) const {
        return with_lead(std::move(first), lead_);
    }
    std::vector<Expr> at(std::vector<Expr> first) const {
        return with_lead(std::move(first), lead_);
    }

    void define() {
        const auto scale = static_cast<float>(anchor_.attrs().get_float("scale"));
        query_(vars({d_})) = strict_float(operands_.element(0, l_, d_) * scale);
        // Keys in rounds of vectors: those beyond the last repeat it, and then weigh nothing.
        const Expr key = min(s_, keys_ - 1);
        Expr products;
        for (int d = 0; d < depth_; d += part_lanes_) {
            const Expr product = query_(at({d + j_})) * operands_.element(1, key, d + j_);
            products = products.defined() ? products + product : product;
        }
        part_(vars({j_, s_})) = strict_float(products);
        std::vector<Expr> parts;
        for (int j = 0; j < part_lanes_; ++j) parts.push_back(part_(at({j, s_})));
        score_(vars({s_})) =
            strict_float(operands_.masked(fold_pairs(Reduce::sum, parts), key > l_, l_, key));
        define_softmax();

        over_keys_ = RDom(0, keys_);
        sum_(vars({e_})) = 0.f;
        sum_(vars({e_})) = strict_float(sum_(at({e_})) + weight_(at({over_keys_})) *
                                                             operands_.element(2, over_keys_, e_));
        result_(vars({e_})) = strict_float(sum_(at({e_})) * total_(at({})));

        Func attention("attention");
        std::vector<Expr> own;
        for (const Var& v : Body::vars(rank_)) own.emplace_back(v);
        attention(Body::vars(rank_)) = result_(own);
        body_.define({const_cast<ir::Node*>(&anchor_), 0}, attention);
    }

    void define_softmax() {
        over_rounds_ = RDom(0, (keys_ + lanes_ - 1) / lanes_);
        const Expr each = over_rounds_ * lanes_ + j_;
        most_part_(vars({j_})) = -std::numeric_limits<float>::infinity();
        const Expr candidate = score_(at({each})), most = most_part_(at({j_}));
        most_part_(vars({j_})) = strict_float(select(candidate > most, candidate, most));
        most_(vars({})) =
            folded(most_part_, [](const Expr& a, const Expr& b) { return select(a > b, a, b); });
        const Expr weight = lower_math::exp_of_negative(score_(at({s_})) - most_(at({})));
        // A sum of nothing, 0, gives 0 / 0 in the end.
        const Expr counts = s_ < keys_ && most_(at({})) != lowest_score;
        weight_(vars({s_})) = strict_float(select(counts, weight, 0.f));
        total_part_(vars({j_})) = 0.f;
        total_part_(vars({j_})) = strict_float(total_part_(at({j_})) + weight_(at({each})));
        total_(vars({})) = strict_float(
            1.f / folded(total_part_, [](const Expr& a, const Expr& b) { return a + b; }));
    }

    /// Of a vector, by pairs: a fixed tree.
    template <class Step>
    Expr folded(const Func& vector, const Step& step) const {
        std::vector<Expr> each;
        for (int j = 0; j < lanes_; ++j) each.push_back(vector(at({j})));
        for (; each.size() > 1; each.resize(each.size() / 2)) {
            for (size_t i = 0; i < each.size() / 2; ++i)
                each[i] = step(each[2 * i], each[2 * i + 1]);
        }
        return strict_float(each[0]);
    }

    void schedule_loops() {
        out_ = body_.output();
        const TensorType& type = body_.graph().outputs[0].value.type();
        const Shape order = order_of_attention(body_.graph(), anchor_);
        body_.bind_output(out_, type);
        out_.compute_root();
        std::vector<VarOrRVar> loops{Body::axis_var(rank_ - 1)};
        std::vector<Var> outer;
        for (int axis = rank_ - 1; axis-- > 0;) {
            const Var v = Body::axis_var(axis);
            if (order[static_cast<size_t>(axis)].is_constant(rank_ - 2)) {
                row_loop_ = v;
                loops.insert(loops.begin() + 1, v);
            } else {
                outer.push_back(v);
                loops.emplace_back(v);
            }
        }
        body_.bound_axes(out_, type);
        out_.reorder(loops).vectorize(Body::axis_var(rank_ - 1), column_lanes_);
        if (outer.empty()) return;
        // Bytes of keys and values from which on a second thread is worth it.
        const Dim numbers = type.count() * anchor_.input(1).type().size(rank_ - 2);
        const double least = parallel_ns * weight_bytes_per_ns / 8;
        if (numbers.is_constant()) {
            if (static_cast<double>(numbers.constant()) >= least) parallel_tasks(out_, outer);
            return;
        }
        const Expr is_large =
            cast<float>(body_.size(type.count())) * cast<float>(keys_) >= static_cast<float>(least);
        parallel_tasks(out_.specialize(is_large), outer);
    }

    void schedule_scores() {
        const int64_t most_keys = anchor_.attrs().get_int("keys");
        const auto keys = static_cast<int>((most_keys + lanes_ - 1) / lanes_ * lanes_);
        const Var so("so"), si("si");
        for (Func* f :
             {&query_, &score_, &most_part_, &most_, &weight_, &total_part_, &total_, &result_}) {
            f->compute_at(out_, row_loop_).store_in(Halide::MemoryType::Stack);
        }
        query_.bound_extent(d_, depth_).vectorize(d_, part_lanes_);
        for (Func* f : {&score_, &weight_}) {
            // `Stack` would take more than 16 KB from the heap.
            f->bound_storage(s_, keys).store_in(Halide::MemoryType::Register);
        }
        score_.split(s_, so, si, lanes_, TailStrategy::RoundUp).vectorize(si);
        part_.compute_at(score_, so).store_in(Halide::MemoryType::Stack);
        part_.bound(j_, 0, part_lanes_).bound_extent(s_, lanes_).vectorize(j_).unroll(s_);
        weight_.vectorize(s_, lanes_, TailStrategy::RoundUp);
        for (Func* f : {&most_part_, &total_part_}) {
            f->bound(j_, 0, lanes_).vectorize(j_, lanes_);
            f->update().reorder(j_, over_rounds_.x).vectorize(j_, lanes_);
        }
    }

    void schedule_sums() {
        const Var eo("eo");
        const auto width = static_cast<int>(anchor_.type().shape.back().constant());
        int columns = column_lanes_;
        while (width % (2 * columns) == 0 && columns < 8 * column_lanes_) columns *= 2;
        result_.bound_extent(e_, width).split(e_, eo, e_, columns).vectorize(e_, column_lanes_);
        sum_.compute_at(result_, eo).store_in(Halide::MemoryType::Stack);
        sum_.bound_extent(e_, columns).vectorize(e_, column_lanes_).unroll(e_);
        sum_.update().reorder(e_, over_keys_.x).vectorize(e_, column_lanes_).unroll(e_);
    }

    Body& body_;
    const ir::Node& anchor_;
    int rank_, lanes_, depth_, part_lanes_, column_lanes_;
    Expr keys_;
    std::vector<Var> lead_;  ///< the query's axis first
    AttentionOperands operands_;
    Var l_{"l"}, s_{"s"}, d_{"d"}, e_{"e"}, j_{"j"}, row_loop_;
    RDom over_rounds_, over_keys_;
    Func query_{"query"}, part_{"part"}, score_{"score"}, most_part_{"most_part"}, most_{"most"},
        weight_{"weight"}, total_part_{"total_part"}, total_{"total"}, sum_{"sum"},
        result_{"result"}, out_;
};

void schedule(const ir::Node&, Body& body) { Schedule(body).run(); }

}  // namespace

const Family attention_row_family = {
    .name = "attention_row", .matches = matches, .schedule = schedule};

}  // namespace lithe::lower
