// Depthwise convolution: some lines of one vector of channels are brought into a padded buffer on
// the stack, from which a row of pixels is summed up in registers, all taps unrolled.
#include <algorithm>

#include "compiler/lower/anchor.h"
#include "compiler/lower/epilogue.h"
#include "compiler/lower/families.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::RDom;
using Halide::TailStrategy;
using Halide::Var;

/// What the padded lines of one task may take, while that leaves more than one line of results.
constexpr int64_t most_line_bytes = 56 << 10;
/// Products that are worth a second thread.
constexpr int64_t parallel_products = 200000;

ir::Node* anchor_of(const ir::Graph& body) {
    return sole_anchor(body, "depthwise_conv", InFront::order);
}

bool matches(const ir::Node& group, const Target&, std::string& why) {
    const ir::Node* anchor = anchor_of(*group.body());
    const bool fits = anchor && has_result_of(group, *anchor);
    if (!fits) why = "depthwise: not one depthwise_conv of f32 with elementwise nodes behind it";
    return fits;
}

class Schedule {
public:
    explicit Schedule(Body& body)
        : body_(body), anchor_(*anchor_of(body.graph())), type_(anchor_.type()) {
        stride_ = anchor_.attrs().get_ints("stride");
        dilation_ = anchor_.attrs().get_ints("dilation");
        pad_ = anchor_.attrs().get_ints("pad_begin");
        for (int i = 0; i < 2; ++i) taps_.push_back(anchor_.input(1).type().size(i).constant());
        channels_ = static_cast<int>(type_.size(3).constant());
        lanes_ = std::min(body.target().lanes(), channels_);
        const int64_t most_columns = body.target().register_count >= 32 ? 7 : 4;
        columns_ = static_cast<int>(std::min(type_.size(2).constant(), most_columns));
        choose_lines();
    }

    void run() {
        define();
        body_.define(anchor_.value(), conv_);
        body_.define_rest();
        Func out = body_.output();
        body_.bind_output(out, type_);
        for (int axis = 0; axis < 4; ++axis)
            out.bound(Body::axis_var(axis), 0, body_.size(type_.size(axis)));
        const Var n = Body::axis_var(0), y = Body::axis_var(1), x = Body::axis_var(2),
                  c = Body::axis_var(3);
        const Var co("co"), xo("xo"), yo("yo"), lines("lines"), task("task");
        out.compute_root()
            .split(c, co, c, lanes_, TailStrategy::ShiftInwards)
            .split(x, xo, x, columns_, TailStrategy::ShiftInwards)
            .split(y, yo, y, lines_, TailStrategy::GuardWithIf)
            .reorder({c, x, xo, y, co, yo, n})
            .vectorize(c)
            .fuse(co, yo, lines)
            .fuse(lines, n, task);
        if (has_light_epilogue(body_, anchor_)) out.unroll(x);
        const int64_t products =
            type_.size(1).constant() * type_.size(2).constant() * channels_ * taps_[0] * taps_[1];
        const int64_t images = type_.size(0).is_constant() ? type_.size(0).constant() : 1;
        if (products * images >= parallel_products) out.parallel(task);
        padded_.compute_at(out, task).store_in(Halide::MemoryType::Register).vectorize(c_);
        padded_.bound_extent(c_, lanes_)
            .bound_extent(x_, reach(1, columns_all()))
            .bound_extent(y_, reach(0, lines_));
        padded_.bound_extent(n_, 1);
        sum_.compute_at(out, xo).vectorize(c_).unroll(x_);
        sum_.bound_extent(c_, lanes_).bound_extent(x_, columns_);
        sum_.update().reorder({c_, x_, window_.x, window_.y}).vectorize(c_).unroll(x_);
        if (taps_[0] * taps_[1] <= 25) sum_.update().unroll(window_.x).unroll(window_.y);
    }

private:
    int columns_all() const { return static_cast<int>(type_.size(2).constant()); }

    /// Pixels along an axis of the padded image that `places` results read.
    int reach(size_t axis, int64_t places) const {
        return static_cast<int>((places - 1) * stride_[axis] + (taps_[axis] - 1) * dilation_[axis] +
                                1);
    }

    /// As many lines as fit, and rather a number of them that leaves no rest.
    void choose_lines() {
        const int64_t height = type_.size(1).constant();
        for (int64_t lines = 1; lines <= std::min<int64_t>(height, 14); ++lines) {
            const int64_t bytes = int64_t{4} * lanes_ * reach(0, lines) * reach(1, columns_all());
            if (lines > 1 && bytes > most_line_bytes) break;
            const bool is_even = height % lines == 0, was_even = height % lines_ == 0;
            if (is_even || !was_even || lines >= 2 * lines_) lines_ = static_cast<int>(lines);
        }
    }

    void define() {
        const TensorType& x = anchor_.input(0).type();
        const Expr row = y_ - static_cast<int>(pad_[0]), column = x_ - static_cast<int>(pad_[1]);
        const Expr height = body_.size(x.size(1)), width = body_.size(x.size(2));
        // Likely: the loop over columns is cut at the padding, so that its middle only copies.
        const Expr is_across = Halide::likely(column >= 0) && Halide::likely(column < width);
        const Coords at{n_, clamp(row, 0, height - 1), clamp(Halide::likely(column), 0, width - 1),
                        c_};
        const Expr pixel = select(is_across, body_.at(anchor_.input(0), at), 0.f);
        padded_(c_, x_, y_, n_) = select(row >= 0 && row < height, pixel, 0.f);
        window_ = RDom(0, static_cast<int>(taps_[1]), 0, static_cast<int>(taps_[0]));
        const auto step = [](const std::vector<int64_t>& sizes, size_t axis) {
            return static_cast<int>(sizes[axis]);
        };
        sum_(c_, x_, y_, n_) = 0.f;
        const Expr read = padded_(c_, x_ * step(stride_, 1) + window_.x * step(dilation_, 1),
                                  y_ * step(stride_, 0) + window_.y * step(dilation_, 0), n_);
        const Expr weight = body_.at(anchor_.input(1), {window_.y, window_.x, c_});
        sum_(c_, x_, y_, n_) = Body::add_term(sum_(c_, x_, y_, n_), read * weight);
        const std::vector<Var> vars = Body::vars(4);
        Expr value = sum_(std::vector<Expr>(vars.begin(), vars.end()));
        if (anchor_.input_count() > 2) value = value + body_.at(anchor_.input(2), {vars[0]});
        conv_(vars) = strict_float(value);
    }

    Body& body_;
    ir::Node& anchor_;
    const TensorType& type_;
    std::vector<int64_t> stride_, dilation_, pad_, taps_;
    int channels_ = 1, lanes_ = 1, columns_ = 1, lines_ = 1;
    Var c_{"c"}, x_{"x"}, y_{"y"}, n_{"n"};
    RDom window_;
    Func padded_{"padded"}, sum_{"sum"}, conv_{"conv"};
};

void schedule(const ir::Node&, Body& body) { Schedule(body).run(); }

}  // namespace

const Family depthwise_family = {.name = "depthwise", .matches = matches, .schedule = schedule};

}  // namespace lithe::lower
