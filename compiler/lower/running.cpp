// What goes on from element to element along an axis: every line is walked once, each element
// computed from the one before. One element at a time would begin every line anew for each.
//
// Takes cumsum, linear_recurrence and cummax_index with what is read in front of them and nothing
// behind. Lines are independent: they are the vectors, where the axis is not the innermost, and the
// tasks.
#include "compiler/lower/anchor.h"
#include "compiler/lower/families.h"
#include "compiler/lower/parallel.h"
#include "dsl/lower_math.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::RDom;
using Halide::RVar;
using Halide::Var;

bool is_running(const ir::Node& node) {
    return node.is("cumsum") || node.is("linear_recurrence") || node.is("cummax_index");
}

bool matches(const ir::Node& group, const Target&, std::string& why) {
    const bool fits = last_anchor(*group.body(), is_running) != nullptr;
    if (!fits) why = "running: not one running node whose result is the group's";
    return fits;
}

class Schedule {
public:
    Schedule(const ir::Node& group, Body& body)
        : body_(body),
          node_(*last_anchor(body.graph(), is_running)),
          type_(group.type()),
          axis_(static_cast<size_t>(node_.attrs().get_int("axis"))) {}

    void run() {
        Func out("running");
        const int rank = type_.rank();
        Coords place;
        for (int axis = 0; axis < rank; ++axis) place.emplace_back(Body::axis_var(axis));
        // The first element of every line; the others are written over.
        out(Body::vars(rank)) = strict_float(first(place));
        const Expr size = body_.size(type_.shape[axis_]);
        step_ = RDom(1, max(size - 1, 0), "step");
        Coords at = place, before = place;
        at[axis_] = step_;
        before[axis_] = step_ - 1;
        const auto reversed = [](const Coords& c) {
            return std::vector<Expr>(c.rbegin(), c.rend());
        };
        out(reversed(at)) = strict_float(next(out(reversed(before)), at, size));
        body_.define(node_.value(), out);
        body_.bind_output(out, type_);
        body_.bound_axes(out, type_);
        out.compute_root();
        parallel_outer(body_, out, type_, 1, vectorize_inner(body_, out, type_));
        schedule_update(out);
    }

private:
    Expr operand(int i, const Coords& at) { return body_.at(node_.input(i), at); }

    Expr first(const Coords& at) {
        if (node_.is("cummax_index")) return Halide::cast<int64_t>(0);
        const Expr term = operand(node_.is("cumsum") ? 0 : 1, at);
        const Expr zero = Halide::Internal::make_zero(term.type());
        return node_.is("cumsum") ? zero + term : operand(0, at) * zero + term;
    }

    Expr next(const Expr& last, const Coords& at, const Expr& size) {
        if (node_.is("cumsum")) return last + operand(0, at);
        if (node_.is("linear_recurrence")) return operand(0, at) * last + operand(1, at);
        Coords best = at;
        best[axis_] = Halide::clamp(Halide::cast<int>(last), 0, max(size - 1, 0));
        const Expr x = operand(0, at), most = operand(0, best);
        const Expr is_less = x < most || (lower_math::is_nan(most) && !lower_math::is_nan(x));
        return select(is_less, last, Halide::cast<int64_t>(at[axis_]));
    }

    void schedule_update(Func& out) {
        Halide::Stage update = out.update(0);
        std::vector<Halide::VarOrRVar> order;
        const int inner = type_.rank() - 1;
        const bool is_across = static_cast<int>(axis_) != inner;
        if (is_across && vectorize_inner(body_, update, type_) > 1) order.emplace_back(Var("xi"));
        if (is_across) order.emplace_back(Body::axis_var(inner));
        order.emplace_back(RVar(step_.x));
        order_lines(update, std::move(order), type_, axis_, type_.count(), parallel_threshold);
    }

    Body& body_;
    ir::Node& node_;
    const TensorType& type_;
    size_t axis_;
    RDom step_;
};

void schedule(const ir::Node& group, Body& body) { Schedule(group, body).run(); }

}  // namespace

const Family running_family = {.name = "running", .matches = matches, .schedule = schedule};

}  // namespace lithe::lower
