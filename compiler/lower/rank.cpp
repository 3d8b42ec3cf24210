// argsort of short lines: every element is compared with all others at once, and stands where as
// many come before it. That are more comparisons than a merge makes, but vectors of them, and none
// waits for another.
//
// Elements become integers in the order wanted, so that a comparison is one instruction: zeros of
// both signs are one number, and NaN is the largest.
//
// Takes argsort alone, of a known length. Lines are the tasks.
#include <algorithm>

#include "compiler/ir/sort.h"
#include "compiler/lower/anchor.h"
#include "compiler/lower/families.h"
#include "compiler/lower/parallel.h"
#include "dsl/lower_math.h"

namespace lithe::lower {
namespace {

using Halide::cast;
using Halide::Expr;
using Halide::Func;
using Halide::RDom;
using Halide::RVar;
using Halide::Var;

bool matches(const ir::Node& group, const Target&, std::string& why) {
    const ir::Node* argsort = lone_node(*group.body(), "argsort");
    if (!argsort) {
        why = "rank: not argsort alone";
        return false;
    }
    const TensorType& x = argsort->input(0).type();
    const Dim& size = x.size(static_cast<int>(argsort->attrs().get_int("axis")));
    const int64_t longest = ir::longest_ranked(x.dtype);
    if (size.is_constant() && size.constant() > 0 && size.constant() <= longest) return true;
    why = "rank: the line is not known to be short";
    return false;
}

class Schedule {
public:
    Schedule(const ir::Node& group, Body& body)
        : body_(body),
          node_(*body.graph().outputs[0].value.node),
          type_(group.type()),
          axis_(static_cast<size_t>(node_.attrs().get_int("axis"))),
          size_(static_cast<int>(type_.shape[axis_].constant())),
          all_(0, size_, "all"),
          each_(0, size_, "each") {}

    void run() {
        for (int axis = 0; axis < type_.rank(); ++axis) place_.emplace_back(Body::axis_var(axis));
        for (size_t axis = 0; axis < place_.size(); ++axis)
            if (axis != axis_) line_.push_back(Body::axis_var(static_cast<int>(axis)));
        define_keys();
        define_ranks();
        out_(Body::vars(type_.rank())) = Halide::undef<int64_t>();
        Coords at = place_;
        at[axis_] = Halide::clamp(rank_(in_line(each_)), 0, size_ - 1);
        out_(std::vector<Expr>(at.rbegin(), at.rend())) = cast<int64_t>(each_);
        body_.define(node_.value(), out_);
        body_.bind_output(out_, type_);
        body_.bound_axes(out_, type_);
        schedule();
    }

private:
    std::vector<Expr> in_line(const Expr& i) const {
        std::vector<Expr> all{i};
        all.insert(all.end(), line_.begin(), line_.end());
        return all;
    }
    std::vector<Var> loops() const {
        std::vector<Var> all{i_};
        all.insert(all.end(), line_.begin(), line_.end());
        return all;
    }

    /// An integer that orders as x does among its likes, and is no largest one of a float.
    static Expr ordered(const Expr& x) {
        if (!x.type().is_float()) {
            return x.type().bits() == 64 ? x : cast<int>(x);
        }
        const Halide::Type type = Halide::Int(x.type().bits());
        const Expr largest = type.max();
        const Expr bits = Halide::reinterpret(type, select(x == 0, 0, x));
        return select(lower_math::is_nan(x), largest - 1,
                      bits ^ ((bits >> (type.bits() - 1)) & largest));
    }

    void define_keys() {
        Coords at = place_;
        at[axis_] = Halide::clamp(i_, 0, size_ - 1);
        const Expr key = ordered(body_.at(node_.input(0), at));
        key_(loops()) = node_.attrs().get_bool("descending") ? ~key : key;
    }

    void define_ranks() {
        const Expr other = key_(in_line(all_)), own = key_(in_line(i_));
        const Expr is_before = other < own || (other == own && all_ < i_);
        rank_(loops()) = 0;
        rank_(loops()) += cast<int>(is_before);
    }

    void schedule() {
        const int lanes = body_.target().vector_bytes / key_.type().bytes();
        const int vectors = std::min(4, (size_ + lanes - 1) / lanes);
        for (Func* f : {&key_, &rank_}) {
            f->store_in(Halide::MemoryType::Stack);
            if (line_.empty()) {
                f->compute_root();
            } else {
                f->compute_at(out_, line_.back());
            }
            f->vectorize(i_, lanes, Halide::TailStrategy::RoundUp);
        }
        const Var block("block"), vector("vector"), lane("lane");
        rank_.update(0)
            .split(i_, block, i_, lanes * vectors, Halide::TailStrategy::RoundUp)
            .split(i_, vector, lane, lanes)
            .reorder({lane, vector, RVar(all_), block})
            .vectorize(lane)
            .unroll(vector);
        out_.compute_root();
        order_lines(out_.update(0), {RVar(each_)}, type_, axis_,
                    type_.count() * Dim(size_ / lanes + 4), parallel_threshold);
    }

    Body& body_;
    ir::Node& node_;
    const TensorType& type_;
    size_t axis_;
    int size_;
    Var i_{"i"};
    RDom all_, each_;
    Coords place_;
    std::vector<Var> line_;  ///< the other axes
    Func key_{"key"}, rank_{"rank"}, out_{"ranked"};
};

void schedule(const ir::Node& group, Body& body) { Schedule(group, body).run(); }

}  // namespace

const Family rank_family = {.name = "rank", .matches = matches, .schedule = schedule};

}  // namespace lithe::lower
