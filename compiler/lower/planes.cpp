// Windows over images whose pixels are innermost: pools and depthwise convolutions of planes. The
// lines that a line of results reads lie in a ring with what is outside of the image around them,
// so that vectors of neighbours are read from any place, without a test. The largest of a window is
// that of its columns' largest: they are taken first, a line of them for a line of results.
#include <algorithm>
#include <bit>
#include <optional>

#include "compiler/ir/planes.h"
#include "compiler/lower/families.h"
#include "compiler/lower/padded_lines.h"
#include "compiler/lower/window_tree.h"
#include "dsl/reduce_loops.h"
#include "dsl/window.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::TailStrategy;
using Halide::Var;

/// A plane that is brought into the nearest caches as a whole; of others some lines are.
constexpr int64_t most_plane_bytes = 64 << 10;
/// Lines of results that are made side by side: they read most of their lines in common.
constexpr int64_t lines_at_once = 3;
/// Lines of columns' largest: no vector is read right after those that it overlaps are written.
constexpr int64_t column_lines_at_once = 8;
/// Elements of results times taps that are worth a second thread.
constexpr int64_t parallel_products = 200000;

/// One node that slides a window over two axes, elementwise nodes behind it, permutes on either
/// side.
ir::Node* anchor_of(const ir::Graph& body) {
    ir::Node* anchor = nullptr;
    for (const auto& node : body.nodes()) {
        if (node->is("input") || node->is("permute")) continue;
        if (node->is(Trait::elementwise) && node->types().size() == 1) continue;
        if (anchor) return nullptr;
        anchor = node.get();
    }
    return anchor && ir::is_plane_window(*anchor) ? anchor : nullptr;
}

/// The order of axes in which `value` has those of `from`, where permutes alone move them.
std::optional<Sizes> order_of(ir::Value value, ir::Value from) {
    if (value == from) {
        Sizes order;
        for (int axis = 0; axis < from.type().rank(); ++axis) order.push_back(axis);
        return order;
    }
    for (const ir::Value& input : value.node->inputs()) {
        std::optional<Sizes> order = order_of(input, from);
        if (!order) continue;
        if (!value.node->is("permute")) return order;
        Sizes moved;
        for (const int64_t axis : value.node->attrs().get_ints("perm"))
            moved.push_back((*order)[static_cast<size_t>(axis)]);
        return moved;
    }
    return std::nullopt;
}

bool is_in_order(ir::Value value, ir::Value from) {
    const std::optional<Sizes> order = order_of(value, from);
    return order && std::is_sorted(order->begin(), order->end());
}

/// What the anchor's image is in memory.
ir::Value memory_of(const ir::Node& anchor) {
    ir::Value value = anchor.input(0);
    while (value.node->is("permute")) value = value.node->input(0);
    return value;
}

Shape kernel_of(const ir::Node& anchor) {
    return anchor.input_count() == 1 ? anchor.attrs().get_shape("kernel")
                                     : window::spatial(anchor.input(1).type().shape);
}

bool matches(const ir::Node& group, const Target&, std::string& why) {
    const ir::Graph& body = *group.body();
    ir::Node* anchor = anchor_of(body);
    const bool fits = anchor && group.types().size() == 1 && group.type().dtype == DType::f32 &&
                      body.outputs[0].value.index == 0 &&
                      is_in_order(body.outputs[0].value, anchor->value()) &&
                      is_in_order(anchor->input(0), memory_of(*anchor));
    if (!fits) why = "planes: not one small window of known size over planes of pixels";
    return fits;
}

class Schedule {
public:
    Schedule(const ir::Node& group, Body& body)
        : body_(body),
          anchor_(*anchor_of(body.graph())),
          type_(group.type()),
          kernel_(as_ints(kernel_of(anchor_))),
          stride_(anchor_.attrs().get_ints("stride")),
          dilation_(anchor_.attrs().has("dilation") ? anchor_.attrs().get_ints("dilation")
                                                    : Sizes(2, 1)),
          lanes_(body.target().lanes()) {}

    void run() {
        body_.reduce_with([this](Reduce kind, const Coords& extents, const ReduceBody& value) {
            if (kind == Reduce::max) return largest();
            define_padded(kind);
            return sum(kind, extents, value);
        });
        Func line = define_line();
        body_.define_rest();
        Func out = body_.output();
        body_.bind_output(out, type_);
        body_.bound_axes(out, type_);
        const Var n = Body::axis_var(0), c = Body::axis_var(1), y = Body::axis_var(2),
                  x = Body::axis_var(3), vector("vector"), task("task");
        const int64_t width = type_.size(3).constant();
        const bool is_narrow = width < lanes_;
        out.compute_root()
            .split(x, vector, x, lanes_,
                   is_narrow ? TailStrategy::GuardWithIf : TailStrategy::ShiftInwards)
            .vectorize(x)
            .reorder({x, vector, y, c, n})
            .fuse(c, n, task);
        const int64_t height = type_.size(2).constant(), line_bytes = 4 * reach(1, width);
        const bool is_whole = !has_columns_ && reach(0, height) * line_bytes <= most_plane_bytes;
        const int64_t column_lines =
            std::clamp<int64_t>(most_plane_bytes / line_bytes, 1, column_lines_at_once);
        const int64_t lines = std::min(has_columns_ ? column_lines : lines_at_once, height);
        const Var each("each");
        if (is_whole || has_columns_)
            out.split(y, y, each, static_cast<int>(lines), TailStrategy::ShiftInwards)
                .reorder({x, each, vector, y, task});
        if (is_whole) out.unroll(each);
        if (is_parallel()) out.parallel(task);
        if (is_narrow)
            line.compute_at(out, y).store_in(Halide::MemoryType::Stack).vectorize(x, lanes_);
        padded_.store_in(Halide::MemoryType::Stack);
        padded_.vectorize(x, lanes_, has_border() ? TailStrategy::Auto : TailStrategy::GuardWithIf);
        padded_.store_at(out, has_columns_ ? y : task);
        if (is_whole || has_columns_) {
            padded_.compute_at(out, is_whole ? task : y);
        } else {
            // A power of two: a line's place is a mask of its number.
            const auto fold = static_cast<int>(std::bit_ceil(static_cast<uint64_t>(reach(0, 1))));
            padded_.compute_at(out, y).fold_storage(y, fold);
        }
        if (has_border()) padded_.update().vectorize(columns_.x, lanes_, TailStrategy::GuardWithIf);
    }

private:
    static Sizes as_ints(const Shape& shape) {
        Sizes sizes;
        for (const Dim& size : shape) sizes.push_back(size.constant());
        return sizes;
    }

    /// What the window gives, which nodes behind it read: of lines narrower than a vector whole
    /// vectors are made, and the lines are copied out of them.
    Func define_line() {
        const window::PaddedScope padded;
        Func line = body_.func(anchor_.value()), part("part");
        const std::vector<Var> vars = Body::vars(4);
        part(vars) = line(std::vector<Expr>(vars.begin(), vars.end()));
        body_.define(anchor_.value(), part);
        return line;
    }

    /// Pixels along a spatial axis that `places` results read.
    int64_t reach(size_t axis, int64_t places) const {
        return (places - 1) * stride_[axis] + (kernel_[axis] - 1) * dilation_[axis] + 1;
    }

    bool is_parallel() const {
        const Dim count = type_.count();
        return count.is_constant() &&
               count.constant() * kernel_[0] * kernel_[1] >= parallel_products;
    }

    bool has_border() const { return padded_.num_update_definitions() > 0; }

    /// Whether every window meets the image, and the line of it that is nearest to any of its taps.
    bool may_clamp_lines() const {
        const int64_t height = anchor_.input(0).type().size(2).constant();
        const int64_t last = (type_.size(2).constant() - 1) * stride_[0] - pad(0);
        return dilation_[0] == 1 && pad(0) < kernel_[0] && last < height;
    }

    int64_t pad(size_t axis) const { return anchor_.attrs().get_ints("pad_begin")[axis]; }

    /// The largest of the pixels of column `x` that windows at line `y` of the result have.
    Expr largest_of_column(const Expr& x) {
        const ir::Value image = anchor_.input(0);
        const auto height = static_cast<int>(image.type().size(2).constant());
        const Var n = Body::axis_var(0), c = Body::axis_var(1), y = Body::axis_var(2);
        std::vector<Expr> values;
        for (int64_t tap = 0; tap < kernel_[0]; ++tap) {
            const Expr line =
                y * static_cast<int>(stride_[0]) + static_cast<int>(tap * dilation_[0] - pad(0));
            Expr pixel = body_.at(image, {n, c, clamp(line, 0, height - 1), x});
            if (!may_clamp_lines())
                pixel = select(line >= 0 && line < height, pixel,
                               reduce_identity(Reduce::max, Halide::Float(32)));
            values.push_back(pixel);
        }
        return Halide::Internal::common_subexpression_elimination(fold_pairs(Reduce::max, values));
    }

    Expr largest() {
        const Var n = Body::axis_var(0), c = Body::axis_var(1), y = Body::axis_var(2),
                  x = Body::axis_var(3);
        const int64_t width = anchor_.input(0).type().size(3).constant();
        if (!padded_.defined()) {
            has_columns_ = true;
            padded_ = Func("columns");
            const bool is_inside = pad(1) == 0 && reach(1, type_.size(3).constant()) <= width;
            if (is_inside) {
                padded_(x, y, c, n) = largest_of_column(x);
            } else {
                columns_ = Halide::RDom(0, static_cast<int>(width));
                padded_(x, y, c, n) = reduce_identity(Reduce::max, Halide::Float(32));
                padded_(columns_.x, y, c, n) = largest_of_column(columns_.x);
            }
        }
        std::vector<Expr> values;
        for (int64_t tap = 0; tap < kernel_[1]; ++tap) {
            const Expr column =
                x * static_cast<int>(stride_[1]) + static_cast<int>(tap * dilation_[1] - pad(1));
            values.push_back(padded_(column, y, c, n));
        }
        return Halide::Internal::common_subexpression_elimination(fold_pairs(Reduce::max, values));
    }

    /// The image with what changes no sum around it.
    void define_padded(Reduce kind) {
        if (padded_.defined()) return;
        const ir::Value image = anchor_.input(0);
        const PaddedLines padded =
            padded_lines(body_, image, reduce_identity(kind, Halide::Float(32)));
        padded_ = padded.f;
        columns_ = padded.columns;
        body_.define(image, padded_);
    }

    /// Written out. Products are added one after the other, so that each takes one instruction.
    static Expr sum(Reduce kind, const Coords& extents, const ReduceBody& value) {
        const std::vector<Expr> values =
            window_elements(extents, [&](const Coords& index) { return simplify(value(index)); });
        if (kind != Reduce::sum || !values[0].as<Halide::Internal::Mul>())
            return Halide::Internal::common_subexpression_elimination(fold_pairs(kind, values));
        Expr total = values[0];
        for (size_t i = 1; i < values.size(); ++i) total = Body::add_term(total, values[i]);
        return total;
    }

    Body& body_;
    ir::Node& anchor_;
    const TensorType& type_;
    Sizes kernel_, stride_, dilation_;
    int lanes_ = 1;
    Halide::RDom columns_;
    Func padded_;               ///< the image, or a line of its columns' largest
    bool has_columns_ = false;  ///< the latter
};

void schedule(const ir::Node& group, Body& body) { Schedule(group, body).run(); }

}  // namespace

const Family planes_family = {.name = "planes", .matches = matches, .schedule = schedule};

}  // namespace lithe::lower
