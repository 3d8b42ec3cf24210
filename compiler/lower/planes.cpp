// Sums over windows of images whose pixels are innermost: mean pools and depthwise convolutions of
// planes. The lines that a block of lines of results reads are copied with what is outside of the
// image around them, so that vectors of neighbours are read from any place, without a test.
#include <algorithm>
#include <optional>

#include "compiler/ir/sizes.h"
#include "compiler/lower/families.h"
#include "compiler/lower/padded_lines.h"
#include "compiler/lower/plane_window.h"
#include "compiler/lower/window_tree.h"
#include "dsl/reduce_loops.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::TailStrategy;
using Halide::Var;

/// Lines of results that are made side by side: they read most of their lines in common.
constexpr int64_t lines_at_once = 3;
/// Of a copied block of lines: half of a first-level cache.
constexpr int64_t most_block_bytes = 24 << 10;

bool matches(const ir::Node& group, const Target&, std::string& why) {
    const bool fits = plane_window(group);
    if (!fits) why = "planes: not one small window of known size over planes of pixels";
    return fits;
}

class Schedule {
public:
    Schedule(const ir::Node& group, Body& body) : body_(body), window_(group, body) {}

    void run() {
        body_.reduce_with([this](Reduce kind, const Coords& extents, const ReduceBody& value) {
            define_padded(kind);
            return sum(kind, extents, value);
        });
        const Var y = Body::axis_var(2), x = Body::axis_var(3), vector("vector"), task("task");
        Func out = window_.schedule_result(task, vector);
        const Var each("each"), block("block");
        out.split(y, block, y, block_lines(), TailStrategy::ShiftInwards)
            .split(y, y, each, static_cast<int>(std::min(lines_at_once, window_.places(0))),
                   TailStrategy::ShiftInwards)
            .reorder({x, each, vector, y, block, task})
            .unroll(each);
        if (!padded_) return;
        padded_->stored().compute_at(out, block).store_in(Halide::MemoryType::Stack);
        padded_->vectorize();
    }

private:
    /// Lines of results that a copy in the nearest cache is enough for; blocks are of one height.
    int block_lines() const {
        const int64_t line_bytes = 4 * window_.reach(1, window_.places(1));
        const int64_t lines = std::max(most_block_bytes / line_bytes, window_.reach(0, 1));
        const int64_t height = window_.places(0);
        const int64_t most = (lines - window_.reach(0, 1)) / window_.stride(0) + 1;
        const int64_t each = ir::ceil_div(height, ir::ceil_div(height, most));
        const int64_t whole = ir::ceil_div(each, lines_at_once) * lines_at_once;
        return static_cast<int>(std::min(whole, height));
    }

    /// Whether vectors of results read pixels alone, which then need no copy.
    bool is_inside() const {
        for (size_t axis = 0; axis < 2; ++axis) {
            const bool has_border =
                window_.pad(axis) > 0 ||
                window_.reach(axis, window_.places(axis)) > window_.pixels(axis);
            if (has_border) return false;
        }
        return window_.places(1) >= body_.target().lanes();
    }

    /// The image with what changes no sum around it.
    void define_padded(Reduce kind) {
        if (padded_ || is_inside()) return;
        const ir::Value image = window_.anchor().input(0);
        padded_.emplace(body_, image, reduce_identity(kind, Halide::Float(32)),
                        LineWindow{.places = window_.places(1),
                                   .taps = window_.kernel(1),
                                   .stride = window_.stride(1),
                                   .dilation = window_.dilation(1),
                                   .pad = window_.pad(1)});
        body_.define(image, padded_->lines());
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
    PlaneWindow window_;
    std::optional<PaddedLines> padded_;
};

void schedule(const ir::Node& group, Body& body) { Schedule(group, body).run(); }

}  // namespace

const Family planes_family = {.name = "planes", .matches = matches, .schedule = schedule};

}  // namespace lithe::lower
