// Writes at places that an index names: the result begins as the operand, then the index is walked
// once and its sources are put, or added, where they belong. One element at a time would ask the
// whole index for each.
//
// Takes scatter, scatter_add and scatter_reduce with what is read in front of them and nothing
// behind. Lines along the other axes are independent: they are the vectors and the tasks, so that
// every element is written by one task, in the order of the index.
#include "compiler/lower/anchor.h"
#include "compiler/lower/families.h"
#include "compiler/lower/parallel.h"
#include "dsl/indexing_loops.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::RDom;
using Halide::RVar;
using Halide::Var;

bool is_scatter(const ir::Node& node) {
    return node.is("scatter") || node.is("scatter_add") || node.is("scatter_reduce");
}

/// What is done with a place and a source for it.
Reduce reduce_of(const ir::Node& node) {
    if (node.is("scatter_add")) return Reduce::sum;
    const std::string& word = node.attrs().get_string("reduce");
    if (word == "prod") return Reduce::product;
    return word == "amax" ? Reduce::max : Reduce::min;
}

bool matches(const ir::Node& group, const Target&, std::string& why) {
    const bool fits = last_anchor(*group.body(), is_scatter) != nullptr;
    if (!fits) why = "scatter: not one scatter whose result is the group's";
    return fits;
}

class Schedule {
public:
    Schedule(const ir::Node& group, Body& body)
        : body_(body),
          node_(*last_anchor(body.graph(), is_scatter)),
          type_(group.type()),
          axis_(static_cast<int>(node_.attrs().get_int("axis"))) {}

    void run() {
        Func out("scatter");
        const int rank = type_.rank();
        Coords place;
        for (int axis = 0; axis < rank; ++axis) place.emplace_back(Body::axis_var(axis));
        out(Body::vars(rank)) = body_.at(node_.input(0), place);
        define_update(out, place);
        body_.define(node_.value(), out);
        body_.bind_output(out, type_);
        body_.bound_axes(out, type_);
        out.compute_root();
        parallel_outer(body_, out, type_, 1, vectorize_inner(body_, out, type_));
        schedule_update(out);
    }

private:
    const Shape& index_shape() const { return node_.input(1).type().shape; }

    void define_update(Func& out, const Coords& place) {
        const OpCall call = node_.call();
        LowerCall lower{.call = call,
                        .output = 0,
                        .at = place,
                        .out_types = node_.types(),
                        .in = {},
                        .size = {}};
        lower.in = [&](int operand, const Coords& coords) {
            return body_.at(node_.input(operand), coords);
        };
        lower.size = [&](const Dim& dim) { return body_.size(dim); };
        const auto axis = static_cast<size_t>(axis_);
        step_ = RDom(0, body_.size(index_shape()[axis]), "step");
        const Coords from = indexing::lower_coords(lower, axis, step_);
        const Expr index = body_.at(node_.input(1), from), size = body_.size(type_.size(axis_));
        // Places outside of the result are left out, as everywhere in compiled code.
        step_.where(indexing::lower_inside(lower, axis) && index >= 0 &&
                    index < Halide::cast<int64_t>(size));
        Coords to = place;
        to[axis] = Halide::clamp(Halide::cast<int>(index), 0, max(size - 1, 0));
        std::vector<Expr> target(to.rbegin(), to.rend());
        const Expr source = body_.at(node_.input(2), from);
        out(target) = node_.is("scatter")
                          ? source
                          : strict_float(reduce_step(reduce_of(node_), out(target), source));
    }

    void schedule_update(Func& out) {
        Halide::Stage update = out.update(0);
        std::vector<Halide::VarOrRVar> order;
        const bool is_across = axis_ != type_.rank() - 1 && type_.rank() > 1;
        // Rows are added whole.
        if (is_across && vectorize_inner(body_, update, type_) > 1) order.emplace_back(Var("xi"));
        if (is_across) order.emplace_back(Body::axis_var(type_.rank() - 1));
        order.emplace_back(RVar(step_.x));
        order_lines(update, std::move(order), type_, static_cast<size_t>(axis_),
                    product(index_shape()), parallel_threshold);
    }

    Body& body_;
    ir::Node& node_;
    const TensorType& type_;
    int axis_;
    RDom step_;
};

void schedule(const ir::Node& group, Body& body) { Schedule(group, body).run(); }

}  // namespace

const Family scatter_family = {.name = "scatter", .matches = matches, .schedule = schedule};

}  // namespace lithe::lower
