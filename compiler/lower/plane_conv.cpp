// Convolutions of few channels by few filters over images whose pixels are innermost. A tile of
// registers is a vector of neighbours in some lines, for some filters. The lines that its results
// read are copied with what is outside of the image around them, so that vectors of neighbours are
// read from any place, without a test.
#include <algorithm>
#include <optional>

#include "compiler/ir/sizes.h"
#include "compiler/lower/anchor.h"
#include "compiler/lower/epilogue.h"
#include "compiler/lower/families.h"
#include "compiler/lower/padded_lines.h"
#include "compiler/lower/parallel.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::RDom;
using Halide::TailStrategy;
using Halide::Var;

/// Taps of a line that are written out.
constexpr int64_t most_written_taps = 8;

ir::Node* anchor_of(const ir::Graph& body) {
    return sole_anchor(body, "plane_conv", InFront::order);
}

bool matches(const ir::Node& group, const Target&, std::string& why) {
    const ir::Node* anchor = anchor_of(*group.body());
    const bool fits = anchor && has_result_of(group, *anchor);
    if (!fits) why = "plane_conv: not one plane_conv of f32 with elementwise nodes behind it";
    return fits;
}

class Schedule {
public:
    Schedule(const ir::Node& group, Body& body)
        : body_(body), anchor_(*anchor_of(body.graph())), type_(group.type()) {
        const Shape& w = anchor_.input(1).type().shape;
        const int64_t most = body.target().has_few_registers() ? 12 : 24;
        const int64_t together = std::max<int64_t>(most / 3, 6);
        const int64_t filters = w[0].constant();
        const int64_t each = ir::ceil_div(filters, ir::ceil_div(filters, together));
        filters_ = static_cast<int>(each);
        lines_ = static_cast<int>(
            std::min({most / each, type_.size(2).constant(), std::max<int64_t>(most / 3, 4)}));
        lanes_ = body.target().lanes();
        taps_ = {w[1].constant(), w[2].constant(), w[3].constant()};
    }

    void run() {
        define();
        body_.define_rest();
        is_light_ = has_light_epilogue(body_, anchor_);
        out_ = body_.output();
        body_.bind_output(out_, type_);
        body_.bound_axes(out_, type_);
        schedule_loops();
        schedule_tile();
    }

private:
    void define() {
        const std::vector<int64_t> stride = anchor_.attrs().get_ints("stride"),
                                   dilation = anchor_.attrs().get_ints("dilation"),
                                   begin = anchor_.attrs().get_ints("pad_begin");
        padded_.emplace(body_, anchor_.input(0), 0.f,
                        LineWindow{.places = type_.size(3).constant(),
                                   .taps = taps_[2],
                                   .stride = stride[1],
                                   .dilation = dilation[1],
                                   .pad = begin[1]});
        const Func& lines = padded_->lines();
        const auto from = [&](const Expr& place, const Expr& tap, size_t axis) {
            return place * static_cast<int>(stride[axis]) + tap * static_cast<int>(dilation[axis]) -
                   static_cast<int>(begin[axis]);
        };
        over_taps_ = RDom(0, static_cast<int>(taps_[2]), 0, static_cast<int>(taps_[1]), 0,
                          static_cast<int>(taps_[0]));
        const Expr column = over_taps_.x, line = over_taps_.y, channel = over_taps_.z;
        acc_(x_, y_, k_, n_) = 0.f;
        acc_(x_, y_, k_, n_) = Body::add_term(
            acc_(x_, y_, k_, n_), lines(from(x_, column, 1), from(y_, line, 0), channel, n_) *
                                      body_.at(anchor_.input(1), {k_, channel, line, column}));
        tile_(x_, y_, k_, n_) = acc_(x_, y_, k_, n_);
        Func result("plane_conv");
        Expr value = tile_(x_, y_, k_, n_);
        if (anchor_.input_count() > 2) value = value + body_.at(anchor_.input(2), {k_});
        result(x_, y_, k_, n_) = strict_float(value);
        body_.define(anchor_.value(), result);
    }

    void schedule_loops() {
        out_.compute_root()
            .split(x_, vector_, x_, lanes_, TailStrategy::ShiftInwards)
            .split(y_, rows_, y_, lines_, TailStrategy::ShiftInwards)
            .split(k_, panel_, k_, filters_, TailStrategy::ShiftInwards)
            .reorder({x_, y_, k_, vector_, panel_, rows_, n_})
            .vectorize(x_);
        if (is_light_) out_.unroll(y_).unroll(k_);
        const int64_t images = type_.size(0).is_constant() ? type_.size(0).constant() : 8;
        const int64_t products = type_.size(1).constant() * type_.size(2).constant() *
                                 type_.size(3).constant() * taps_[0] * taps_[1] * taps_[2];
        if (images * products < tile_products) return;
        if (images > 1) {
            out_.parallel(n_);
            return;
        }
        // Tiles of a few lines, so many that a task has a part of what is worth a thread.
        const int64_t tiles = ir::ceil_div(type_.size(2).constant(), lines_);
        const int64_t of_task = ir::ceil_div(tiles * tile_products, 4 * products);
        const Var task("task");
        out_.split(rows_, task, rows_, static_cast<int>(of_task), TailStrategy::GuardWithIf)
            .parallel(task);
    }

    void schedule_tile() {
        const auto as_tile = [&](Func& f) {
            f.compute_at(out_, vector_)
                .bound_extent(x_, lanes_)
                .bound_extent(y_, lines_)
                .bound_extent(k_, filters_)
                .vectorize(x_, lanes_)
                .unroll(y_)
                .unroll(k_);
        };
        if (!is_light_) {
            as_tile(tile_);
            tile_.store_in(Halide::MemoryType::Stack);
        }
        as_tile(acc_);
        Halide::Stage sum = acc_.update();
        sum.reorder({x_, y_, k_, over_taps_.x, over_taps_.y, over_taps_.z})
            .vectorize(x_, lanes_)
            .unroll(y_)
            .unroll(k_);
        if (taps_[2] <= most_written_taps) sum.unroll(over_taps_.x);
        padded_->stored().compute_at(out_, rows_).store_in(Halide::MemoryType::Stack);
        padded_->vectorize();
    }

    Body& body_;
    ir::Node& anchor_;
    const TensorType& type_;
    int filters_ = 1, lines_ = 1, lanes_ = 1;
    bool is_light_ = false;
    std::vector<int64_t> taps_;  ///< channels, lines, columns
    Var x_{Body::axis_var(3)}, y_{Body::axis_var(2)}, k_{Body::axis_var(1)}, n_{Body::axis_var(0)};
    Var vector_{"vector"}, rows_{"rows"}, panel_{"panel"};
    RDom over_taps_;
    std::optional<PaddedLines> padded_;
    Func acc_{"acc"}, tile_{"tile"}, out_;
};

void schedule(const ir::Node& group, Body& body) { Schedule(group, body).run(); }

}  // namespace

const Family plane_conv_family = {.name = "plane_conv", .matches = matches, .schedule = schedule};

}  // namespace lithe::lower
