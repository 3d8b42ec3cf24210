// argsort along an axis: sorted runs are merged, each round with runs twice as long. An element at
// a time would count all others for each.
//
// The result's own 64 bits are the memory that merging needs: the lower half holds the order so
// far, the upper half where the next order takes each element from. A round walks its line three
// times: it merges (an element is the smaller one of the two that its neighbour left over), takes
// the elements, and makes the new order the old one.
//
// What is merged next depends on what was merged last. So a few pairs of runs are merged side by
// side, an element of each in turn, and none waits for itself.
//
// Takes argsort alone. Lines are the tasks.
#include <algorithm>
#include <bit>

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
    const bool fits = lone_node(*group.body(), "argsort") != nullptr;
    if (!fits) why = "sort: not argsort alone";
    return fits;
}

/// The halves of an element of the result.
Expr order_in(const Expr& both) { return cast<int>(both & 0xffffffff); }
Expr source_in(const Expr& both) { return cast<int>(both >> 32); }
Expr joined(const Expr& order, const Expr& source) {
    return (cast<int64_t>(source) << 32) | cast<int64_t>(order);
}

class Schedule {
public:
    Schedule(const ir::Node& group, Body& body)
        : body_(body),
          node_(*body.graph().outputs[0].value.node),
          type_(group.type()),
          axis_(static_cast<size_t>(node_.attrs().get_int("axis"))),
          size_(body.size(type_.shape[axis_])) {}

    void run() {
        const int rank = type_.rank();
        for (int axis = 0; axis < rank; ++axis) place_.emplace_back(Body::axis_var(axis));
        out_(Body::vars(rank)) = cast<int64_t>(place_[axis_]);
        // As many rounds as double a run of one to the whole line.
        const Dim& length = type_.shape[axis_];
        rounds_ = length.is_constant()
                      ? Expr(std::bit_width(
                            static_cast<uint32_t>(std::max<int64_t>(length.constant(), 1) - 1)))
                      : 32 - cast<int>(count_leading_zeros(cast<uint32_t>(max(size_, 1) - 1)));
        is_long_ = rounds_ > 30;
        const Expr turns = select(is_long_, size_, Expr(1) << min(rounds_, 30));
        r_ = RDom(0, turns, 0, 3, 0, rounds_, "r");
        const Expr place = select(r_.y == 0, in_turn(r_.x), r_.x);
        r_.where(place < size_);
        i_ = inside(place);
        const Expr own = value_at(i_);
        out_(at(i_)) = select(r_.y == 0, joined(order_in(own), merged()), r_.y == 1,
                              joined(order_in(own), order_in(value_at(source_in(own)))),
                              cast<int64_t>(source_in(own)));
        body_.define(node_.value(), out_);
        body_.bind_output(out_, type_);
        body_.bound_axes(out_, type_);
        out_.compute_root();
        parallel_outer(body_, out_, type_, 1, 1);
        schedule_update();
    }

private:
    std::vector<Expr> at(const Expr& i) const {
        Coords coords = place_;
        coords[axis_] = i;
        return {coords.rbegin(), coords.rend()};
    }
    Expr inside(const Expr& i) const { return Halide::clamp(i, 0, max(size_ - 1, 0)); }
    Expr value_at(const Expr& i) { return out_(at(i.same_as(i_) ? i : inside(i))); }
    Expr key_at(const Expr& i) {
        Coords coords = place_;
        coords[axis_] = inside(order_in(value_at(i)));
        return body_.at(node_.input(0), coords);
    }

    /// The element that comes `turn`-th where four pairs of runs, or what there is, are merged side
    /// by side: all first elements, then all second ones.
    Expr in_turn(const Expr& turn) const {
        const Expr round = cast<int>(r_.z);
        const Expr beside = select(is_long_, 0, min(2, rounds_ - round - 1)), places = round + 1;
        const Expr pair = turn & ((Expr(1) << beside) - 1);
        const Expr place = (turn >> beside) & ((Expr(1) << places) - 1);
        const Expr first = (turn >> (beside + places)) << beside;
        return ((first + pair) << places) + place;
    }

    /// Where element i of this round's order stands in that of the last round.
    Expr merged() {
        const Expr width = Expr(1) << cast<int>(r_.z);
        const Expr begin = i_ - (i_ & (2 * width - 1));
        const Expr middle = min(begin + width, size_), end = min(middle + width, size_);
        const Expr previous = source_in(value_at(i_ - 1));
        const Expr is_first = i_ == begin;
        // What has been taken from the two runs adds up to what has been written.
        const Expr done = i_ - begin;
        const Expr taken = select(is_first, 0, previous < middle, previous + 1 - begin,
                                  done - (previous + 1 - middle));
        const Expr left = begin + taken, right = middle + (done - taken);
        const Expr a = key_at(left), b = key_at(right);
        const bool is_descending = node_.attrs().get_bool("descending");
        // Equal elements keep their order: the left one goes first.
        const Expr is_right = is_descending ? is_before(a, b) : is_before(b, a);
        return select(right >= end || (left < middle && !is_right), left, right);
    }

    static Expr is_before(const Expr& a, const Expr& b) {
        return a < b || (lower_math::is_nan(b) && !lower_math::is_nan(a));
    }

    void schedule_update() {
        Halide::Stage update = out_.update(0);
        std::vector<Halide::VarOrRVar> order{RVar(r_.x), RVar(r_.y), RVar(r_.z)};
        order_lines(update, std::move(order), type_, axis_, type_.count(), parallel_threshold / 32);
        update.unroll(r_.y);
    }

    Body& body_;
    ir::Node& node_;
    const TensorType& type_;
    size_t axis_;
    Expr size_;
    Func out_{"sort"};
    Coords place_;
    Expr rounds_, i_, is_long_;
    RDom r_;
};

void schedule(const ir::Node& group, Body& body) { Schedule(group, body).run(); }

}  // namespace

const Family sort_family = {.name = "sort", .matches = matches, .schedule = schedule};

}  // namespace lithe::lower
