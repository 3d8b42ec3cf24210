// The largest of windows over images whose pixels are innermost: that of its columns' largest.
// These are taken first, a line of them for a line of results, so that vectors of neighbours are
// read from any place, without a test.
#include <algorithm>

#include "compiler/lower/families.h"
#include "compiler/lower/plane_window.h"
#include "compiler/lower/window_tree.h"
#include "dsl/reduce_loops.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::TailStrategy;
using Halide::Var;

/// Lines of columns' largest: no vector is read right after those that it overlaps are written.
constexpr int64_t most_lines_at_once = 8;

bool matches(const ir::Node& group, const Target&, std::string& why) {
    const ir::Node* window = plane_window(group);
    const bool fits = window && is_largest(*window);
    if (!fits) why = "plane_largest: not the largest of small windows over planes of pixels";
    return fits;
}

class Schedule {
public:
    Schedule(const ir::Node& group, Body& body) : body_(body), window_(group, body) {}

    void run() {
        body_.reduce_with([this](Reduce, const Coords&, const ReduceBody&) { return largest(); });
        const Var y = Body::axis_var(2), x = Body::axis_var(3), vector("vector"), task("task");
        Func out = window_.schedule_result(task, vector);
        const int64_t line_bytes = 4 * window_.reach(1, window_.places(1));
        const int64_t lines = std::min(
            std::clamp<int64_t>(PlaneWindow::most_plane_bytes / line_bytes, 1, most_lines_at_once),
            window_.places(0));
        const Var each("each");
        out.split(y, y, each, static_cast<int>(lines), TailStrategy::ShiftInwards)
            .reorder({x, each, vector, y, task});
        const int lanes = body_.target().lanes();
        const bool has_border = over_image_.defined();
        columns_.compute_at(out, y)
            .store_in(Halide::MemoryType::Stack)
            .vectorize(x, lanes, has_border ? TailStrategy::Auto : TailStrategy::GuardWithIf);
        if (has_border)
            columns_.update().vectorize(over_image_.x, lanes, TailStrategy::GuardWithIf);
    }

private:
    /// Whether every window meets the image, and the line of it that is nearest to any of its taps.
    bool may_clamp_lines() const {
        const int64_t last = (window_.places(0) - 1) * window_.stride(0) - window_.pad(0);
        return window_.dilation(0) == 1 && window_.pad(0) < window_.kernel(0) &&
               last < window_.pixels(0);
    }

    /// Where a tap of a window lies along an axis.
    Expr tap_at(size_t axis, const Expr& place, int64_t tap) const {
        return place * static_cast<int>(window_.stride(axis)) +
               static_cast<int>(tap * window_.dilation(axis) - window_.pad(axis));
    }

    /// The largest of the pixels of column `x` that windows at line `y` of the result have.
    Expr largest_of_column(const Expr& x) {
        const ir::Value image = window_.anchor().input(0);
        const auto height = static_cast<int>(window_.pixels(0));
        const Var n = Body::axis_var(0), c = Body::axis_var(1), y = Body::axis_var(2);
        std::vector<Expr> values;
        for (int64_t tap = 0; tap < window_.kernel(0); ++tap) {
            const Expr line = tap_at(0, y, tap);
            Expr pixel = body_.at(image, {n, c, clamp(line, 0, height - 1), x});
            if (!may_clamp_lines())
                pixel = select(line >= 0 && line < height, pixel,
                               reduce_identity(Reduce::max, Halide::Float(32)));
            values.push_back(pixel);
        }
        return Halide::Internal::common_subexpression_elimination(fold_pairs(Reduce::max, values));
    }

    void define_columns() {
        const Var n = Body::axis_var(0), c = Body::axis_var(1), y = Body::axis_var(2),
                  x = Body::axis_var(3);
        const int64_t width = window_.pixels(1);
        if (window_.pad(1) == 0 && window_.reach(1, window_.places(1)) <= width) {
            columns_(x, y, c, n) = largest_of_column(x);
            return;
        }
        over_image_ = Halide::RDom(0, static_cast<int>(width));
        columns_(x, y, c, n) = reduce_identity(Reduce::max, Halide::Float(32));
        columns_(over_image_.x, y, c, n) = largest_of_column(over_image_.x);
    }

    Expr largest() {
        if (!columns_.defined()) define_columns();
        const Var n = Body::axis_var(0), c = Body::axis_var(1), y = Body::axis_var(2),
                  x = Body::axis_var(3);
        std::vector<Expr> values;
        for (int64_t tap = 0; tap < window_.kernel(1); ++tap)
            values.push_back(columns_(tap_at(1, x, tap), y, c, n));
        return Halide::Internal::common_subexpression_elimination(fold_pairs(Reduce::max, values));
    }

    Body& body_;
    PlaneWindow window_;
    Halide::RDom over_image_;  ///< columns that are pixels, where there are others
    Func columns_{"columns"};  ///< their largest
};

void schedule(const ir::Node& group, Body& body) { Schedule(group, body).run(); }

}  // namespace

const Family plane_largest_family = {
    .name = "plane_largest", .matches = matches, .schedule = schedule};

}  // namespace lithe::lower
