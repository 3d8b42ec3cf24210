#include "compiler/lower/depthwise_sum.h"

#include <algorithm>

#include "compiler/lower/group_channels.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::Var;

/// Products of one result up to which the loops over them are written out.
constexpr int64_t most_unrolled_products = 49;
/// Pixels of a tile: about as many sums as two multiply-add units of latency 4 need, and a divisor
/// of the lines that images have.
constexpr int64_t most_columns = 7;
/// Products of one result up to which a long rest of the group goes over a whole line of results
/// where registers are few: beside longer sums a tile's vectors do not wait for each other's.
constexpr int64_t most_products_of_lines = 9;

}  // namespace

DepthwiseSum::DepthwiseSum(Body& body, const ir::Node& anchor, int lanes)
    : body_(body),
      anchor_(anchor),
      type_(anchor.type()),
      stride_(anchor.attrs().get_ints("stride")),
      dilation_(anchor.attrs().get_ints("dilation")),
      pad_(anchor.attrs().get_ints("pad_begin")),
      lanes_(lanes) {
    const TensorType& filters = anchor.input(1).type();
    for (int i = 0; i < 2; ++i) taps_.push_back(filters.size(i).constant());
    depth_ = static_cast<int>(filters.size(2).constant());
    columns_ = static_cast<int>(std::min(type_.size(2).constant(), most_columns));
}

int64_t DepthwiseSum::lines() const { return (taps_[0] - 1) * dilation_[0] + 1; }

int64_t DepthwiseSum::products() const {
    return type_.size(1).constant() * type_.size(2).constant() * type_.size(3).constant() *
           products_each();
}

/// Whether a window is one line, which may lie beside the image. A window that leaves it out would
/// have none for some lines of results, which have a known size then no more.
bool DepthwiseSum::has_one_padded_line() const {
    return taps_[0] == 1 && (pad_[0] > 0 || anchor_.attrs().get_ints("pad_end")[0] > 0);
}

/// What the window reads: 0 beside the image. Lines beside it are left out by the window.
Expr DepthwiseSum::tap(const Read& read) const {
    const auto place = [&](const Var& at, size_t axis, const Expr& tap) {
        return at * static_cast<int>(stride_[axis]) + tap * static_cast<int>(dilation_[axis]) -
               static_cast<int>(pad_[axis]);
    };
    const TensorType& x = anchor_.input(0).type();
    const Expr row = place(y_, 0, window_.z), column = place(x_, 1, window_.x);
    const Expr height = body_.size(x.size(1)), width = body_.size(x.size(2));
    // Likely: the loop over columns is cut at the borders, so that its middle has no tests.
    const Expr is_across = Halide::likely(column >= 0) && Halide::likely(column < width);
    Expr pixel =
        read({n_, clamp(row, 0, height - 1), clamp(Halide::likely(column), 0, width - 1), c_});
    if (depth_ > 1) pixel = channel_of_group(pixel, depth_, window_.y);
    if (!has_one_padded_line()) return select(is_across, pixel, 0.f);
    return select(is_across && row >= 0 && row < height, pixel, 0.f);
}

void DepthwiseSum::define(const Read& read) {
    window_ = Halide::RDom(0, static_cast<int>(taps_[1]), 0, depth_, 0, static_cast<int>(taps_[0]));
    const Expr row = y_ * static_cast<int>(stride_[0]) +
                     window_.z * static_cast<int>(dilation_[0]) - static_cast<int>(pad_[0]);
    if (!has_one_padded_line())
        window_.where(row >= 0 && row < body_.size(anchor_.input(0).type().size(1)));
    sum_(c_, x_, y_, n_) = 0.f;
    const Expr weight = body_.at(anchor_.input(1), {window_.z, window_.x, window_.y, c_});
    sum_(c_, x_, y_, n_) = Body::add_term(sum_(c_, x_, y_, n_), tap(read) * weight);
    const std::vector<Var> vars = Body::vars(4);
    Expr value = sum_(std::vector<Expr>(vars.begin(), vars.end()));
    if (anchor_.input_count() > 2) value = value + body_.at(anchor_.input(2), {vars[0]});
    conv_(vars) = strict_float(value);
    body_.define({const_cast<ir::Node*>(&anchor_), 0}, conv_);
}

void DepthwiseSum::schedule(Func& consumer, const Var& at, const Var& line, bool is_light) {
    const Var c = Body::axis_var(3), x = Body::axis_var(2), tile("tile");
    const bool is_by_lines = !is_light && body_.target().has_few_registers() &&
                             products_each() <= most_products_of_lines;
    if (!is_light) {
        conv_.store_in(Halide::MemoryType::Stack).bound_extent(c, lanes_).vectorize(c);
        if (is_by_lines) {
            conv_.compute_at(consumer, line);
            conv_.bound_extent(x, static_cast<int>(type_.size(2).constant()));
            conv_.split(x, tile, x, columns_, Halide::TailStrategy::ShiftInwards).unroll(x);
        } else {
            conv_.compute_at(consumer, at).bound_extent(x, columns_).unroll(x);
        }
    }
    if (is_by_lines) {
        sum_.compute_at(conv_, tile);
    } else {
        sum_.compute_at(consumer, at);
    }
    sum_.vectorize(c_).unroll(x_).bound_extent(c_, lanes_).bound_extent(x_, columns_);
    Halide::Stage update = sum_.update();
    update.reorder({c_, x_, window_.x, window_.y, window_.z}).vectorize(c_).unroll(x_);
    const bool is_unrolled = products_each() <= most_unrolled_products;
    if (is_unrolled || depth_ > 1) update.unroll(window_.x);
    update.unroll(window_.y);
    if (is_unrolled) update.unroll(window_.z);
}

}  // namespace lithe::lower
