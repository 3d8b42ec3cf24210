// Products of Winograd convolution with filters that are transformed here: for a panel of filters,
// some channels and a row of elements at a time, which then stay in the first-level cache while the
// products of all patches take them. Memory holds and sends the taps alone.
#include "compiler/lower/winograd_products.h"

#include "compiler/lower/anchor.h"
#include "compiler/lower/families.h"
#include "compiler/lower/winograd_transform.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::RDom;
using Halide::Var;

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
          order_(anchor_),
          rows_(static_cast<int>(anchor_.attrs().get_int("tile_rows"))),
          lanes_(std::min(body.target().lanes(), order_.width)) {}

    void run() {
        define();
        body_.define(anchor_.value(), products_);
        body_.define_rest();
        Func out = body_.output();
        body_.bind_output(out, type_);
        body_.bound_axes(out, type_);
        schedule_products();
    }

private:
    void define() {
        const Expr panel = n_ / order_.width;
        const ir::WinogradTransforms &down = order_.axes.down.transforms(),
                                     &across = order_.axes.across.transforms();
        lines_(n_, t_, c_, u_) = transform_row(down.filter, u_, [&](int s) {
            return body_.at(anchor_.input(1), {panel, s, t_, c_, n_ % order_.width});
        });
        filters_(n_, c_, v_, u_) =
            transform_row(across.filter, v_, [&](int t) { return lines_(n_, t, c_, u_); });
        sum_ = RDom(0, order_.piece, "sum");
        pieces_ = RDom(0, order_.channels / order_.piece, "pieces");
        const Expr channel = piece_at_ * order_.piece + sum_;
        acc_(n_, p_, e_, piece_at_) = 0.f;
        acc_(n_, p_, e_, piece_at_) += body_.at(anchor_.input(0), {e_, p_, channel}) *
                                       filters_(n_, channel, e_ % order_.row, e_ / order_.row);
        products_(n_, p_, e_) = 0.f;
        products_(n_, p_, e_) += acc_(n_, p_, e_, pieces_);
    }

    void schedule_products() {
        const Var panel("panel"), pi("pi");
        const auto shape = [&](Halide::Stage stage) {
            stage.split(n_, panel, n_, order_.width).split(p_, p_, pi, rows_);
            stage.vectorize(n_, lanes_);
            return stage;
        };
        const double flops = 2.0 * order_.channels * static_cast<double>(type_.count().constant());
        products_.compute_root();
        Halide::Stage start = shape(products_), update = shape(products_.update());
        start.reorder({n_, pi, p_, e_, panel}).unroll(n_);
        update.split(e_, u_, v_, order_.row)
            .reorder({n_, pi, p_, v_, u_, pieces_, panel})
            .unroll(n_)
            .unroll(pi)
            .unroll(u_);
        if (flops >= parallel_flops) update.parallel(panel);
        acc_.compute_at(products_, p_).bound_extent(n_, order_.width).bound_extent(p_, rows_);
        acc_.vectorize(n_, lanes_).unroll(n_).unroll(p_);
        acc_.update().reorder({n_, p_, sum_}).vectorize(n_, lanes_).unroll(n_).unroll(p_);
        schedule_filters();
    }

    /// An element's filters end a line or two before the next one's begin: they share no sets of a
    /// cache.
    void schedule_filters() {
        const Var no("no");
        filters_.compute_at(products_, u_).store_in(large_on_stack);
        filters_.bound_extent(n_, order_.width).bound_extent(c_, order_.piece);
        filters_.bound_extent(v_, order_.row).bound_storage(c_, order_.piece + 1);
        filters_.split(n_, no, n_, lanes_).reorder({n_, v_, no, c_}).vectorize(n_).unroll(v_);
        lines_.compute_at(filters_, no).bound_extent(n_, lanes_).reorder({n_, t_});
        lines_.vectorize(n_).unroll(t_);
    }

    Body& body_;
    ir::Node& anchor_;
    const TensorType& type_;
    const ProductOrder order_;
    int rows_, lanes_;
    Var n_ = Body::axis_var(2), p_ = Body::axis_var(1), e_ = Body::axis_var(0);
    Var c_{"c"}, t_{"t"}, u_{"u"}, v_{"v"}, piece_at_{"piece"};
    RDom sum_, pieces_;
    Func lines_{"lines"}, filters_{"filters"}, acc_{"acc"}, products_{"products"};
};

void schedule(const ir::Node&, Body& body) { Schedule(body).run(); }

int constant(const Dim& size) { return static_cast<int>(size.constant()); }

}  // namespace

ProductOrder::ProductOrder(const ir::Node& products)
    : axes(products.attrs()),
      taps(static_cast<int>(axes.down.taps * axes.across.taps)),
      channels(constant(products.input(1).type().size(3))),
      width(constant(products.input(1).type().size(4))),
      panels(constant(products.input(1).type().size(0))),
      patches(constant(products.type().size(1))),
      row(static_cast<int>(axes.across.size())),
      piece(static_cast<int>(ir::winograd_piece(axes, patches, channels, width))) {}

const Family winograd_products_family = {.name = "winograd_products",
                                         .fuses_multiply_add = true,
                                         .matches = matches,
                                         .schedule = schedule};

}  // namespace lithe::lower
