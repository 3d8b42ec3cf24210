// Products of Winograd convolution with filters that are transformed here: for a panel of filters
// and some channels at a time, which then stay in the second-level cache while the products of all
// patches take them. Memory holds and sends the taps alone.
#include "compiler/ir/winograd.h"
#include "compiler/lower/anchor.h"
#include "compiler/lower/families.h"
#include "compiler/lower/winograd_transform.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::RDom;
using Halide::Var;

/// Halide takes more than 16 KB of `Stack` from a heap, which kernels do not have.
constexpr Halide::MemoryType large_on_stack = Halide::MemoryType::Register;
/// Operations that are worth a second thread.
constexpr double parallel_flops = 2e6;

ir::Node* anchor_of(const ir::Graph& body) {
    return sole_anchor(body, "winograd_products", InFront::nothing);
}

bool matches(const ir::Node& group, const Target&, std::string& why) {
    const ir::Node* anchor = anchor_of(*group.body());
    const bool fits = anchor && has_result_of(group, *anchor);
    if (!fits) why = "winograd_products: not one winograd_products of f32";
    return fits;
}

class Schedule {
public:
    explicit Schedule(Body& body)
        : body_(body),
          anchor_(*anchor_of(body.graph())),
          type_(anchor_.type()),
          axes_(anchor_.attrs()),
          elements_(static_cast<int>(axes_.elements())),
          width_(static_cast<int>(anchor_.input(1).type().size(4).constant())),
          channels_(static_cast<int>(anchor_.input(0).type().size(2).constant())),
          piece_(static_cast<int>(ir::winograd_piece(elements_, channels_, width_))),
          rows_(static_cast<int>(anchor_.attrs().get_int("tile_rows"))),
          lanes_(std::min(body.target().lanes(), width_)) {}

    void run() {
        define();
        body_.define(anchor_.value(), products_);
        body_.define_rest();
        Func out = body_.output();
        body_.bind_output(out, type_);
        body_.bound_axes(out, type_);
        schedule_products();
        schedule_filters();
    }

private:
    void define() {
        const Expr panel = n_ / width_;
        const ir::WinogradTransforms &down = axes_.down.transforms(),
                                     &across = axes_.across.transforms();
        const auto columns = static_cast<int>(axes_.across.size());
        lines_(n_, t_, u_, c_) = transform_row(down.filter, u_, [&](int s) {
            return body_.at(anchor_.input(1), {panel, s, t_, c_, n_ % width_});
        });
        filters_(n_, c_, e_) = transform_row(
            across.filter, e_ % columns, [&](int t) { return lines_(n_, t, e_ / columns, c_); });
        sum_ = RDom(0, piece_, "sum");
        pieces_ = RDom(0, channels_ / piece_, "pieces");
        const Expr channel = piece_at_ * piece_ + sum_;
        acc_(n_, p_, e_, piece_at_) = 0.f;
        acc_(n_, p_, e_, piece_at_) +=
            body_.at(anchor_.input(0), {e_, p_, channel}) * filters_(n_, channel, e_);
        products_(n_, p_, e_) = 0.f;
        products_(n_, p_, e_) += acc_(n_, p_, e_, pieces_);
    }

    void schedule_products() {
        const Var panel("panel"), pi("pi");
        const auto shape = [&](Halide::Stage stage) {
            stage.split(n_, panel, n_, width_).split(p_, p_, pi, rows_);
            return stage;
        };
        const double flops = 2.0 * channels_ * static_cast<double>(type_.count().constant());
        products_.compute_root();
        Halide::Stage start = shape(products_), update = shape(products_.update());
        start.reorder({n_, pi, p_, e_, panel}).vectorize(n_, lanes_).unroll(n_);
        update.reorder({n_, pi, p_, e_, pieces_, panel}).vectorize(n_, lanes_);
        update.unroll(n_).unroll(pi);
        if (flops >= parallel_flops) update.parallel(panel);
        acc_.compute_at(products_, p_).bound_extent(n_, width_).bound_extent(p_, rows_);
        acc_.vectorize(n_, lanes_).unroll(n_).unroll(p_);
        acc_.update().reorder({n_, p_, sum_}).vectorize(n_, lanes_).unroll(n_).unroll(p_);
    }

    /// An element's filters end a line or two before the next one's begin: they share no sets of a
    /// cache.
    void schedule_filters() {
        const Var no("no");
        filters_.compute_at(products_, pieces_).store_in(large_on_stack);
        filters_.bound_extent(n_, width_).bound_extent(c_, piece_).bound_extent(e_, elements_);
        filters_.bound_storage(c_, piece_ + 1);
        filters_.split(n_, no, n_, lanes_).reorder({n_, e_, no, c_}).vectorize(n_).unroll(e_);
        lines_.compute_at(filters_, no).bound_extent(n_, lanes_).reorder({n_, t_, u_});
        lines_.vectorize(n_).unroll(t_).unroll(u_);
    }

    Body& body_;
    ir::Node& anchor_;
    const TensorType& type_;
    const ir::WinogradAxes axes_;
    int elements_, width_, channels_, piece_, rows_, lanes_;
    Var n_ = Body::axis_var(2), p_ = Body::axis_var(1), e_ = Body::axis_var(0);
    Var c_{"c"}, t_{"t"}, u_{"u"}, piece_at_{"piece"};
    RDom sum_, pieces_;
    Func lines_{"lines"}, filters_{"filters"}, acc_{"acc"}, products_{"products"};
};

void schedule(const ir::Node&, Body& body) { Schedule(body).run(); }

}  // namespace

const Family winograd_products_family = {.name = "winograd_products",
                                         .fuses_multiply_add = true,
                                         .matches = matches,
                                         .schedule = schedule};

}  // namespace lithe::lower
