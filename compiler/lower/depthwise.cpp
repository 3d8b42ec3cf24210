// Depthwise convolution: for some vectors of channels line after line, a row of pixels in
// registers, all taps unrolled. What the next line reads again lies in the first-level cache.
#include <algorithm>

#include "compiler/lower/anchor.h"
#include "compiler/lower/depthwise_sum.h"
#include "compiler/lower/epilogue.h"
#include "compiler/lower/families.h"
#include "compiler/lower/parallel.h"

namespace lithe::lower {
namespace {

using Halide::Func;
using Halide::TailStrategy;
using Halide::Var;

/// What the lines of a window may take: half of a first-level cache.
constexpr int64_t most_window_bytes = 24 << 10;
/// Tasks that balance a few threads.
constexpr int64_t enough_tasks = 8;

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
        : body_(body),
          anchor_(*anchor_of(body.graph())),
          type_(anchor_.type()),
          sum_(body, anchor_, lanes_of(body, type_)) {
        const int64_t line = anchor_.input(0).type().size(2).constant();
        const int64_t window = int64_t{4} * sum_.lanes() * sum_.lines() * line;
        all_vectors_ = (type_.size(3).constant() + sum_.lanes() - 1) / sum_.lanes();
        vectors_ = std::clamp<int64_t>(most_window_bytes / window, 1, 4);
        while (all_vectors_ % vectors_ != 0) --vectors_;
    }

    void run() {
        sum_.define([this](const Coords& at) { return body_.at(anchor_.input(0), at); });
        body_.define_rest();
        Func out = body_.output();
        body_.bind_output(out, type_);
        body_.bound_axes(out, type_);
        const Var n = Body::axis_var(0), y = Body::axis_var(1), x = Body::axis_var(2),
                  c = Body::axis_var(3);
        const Var vector("vector"), panel("panel"), columns("columns"), strip("strip");
        const Var strips("strips"), task("task");
        out.compute_root()
            .split(c, vector, c, sum_.lanes(), TailStrategy::ShiftInwards)
            .split(vector, panel, vector, static_cast<int>(vectors_))
            .split(x, columns, x, sum_.columns(), TailStrategy::ShiftInwards)
            .split(y, strip, y, strip_lines(), TailStrategy::GuardWithIf)
            .reorder({c, x, columns, vector, y, strip, panel, n})
            .vectorize(c)
            .fuse(strip, panel, strips)
            .fuse(strips, n, task);
        const bool is_light = has_light_epilogue(body_, anchor_);
        if (is_light) out.unroll(x);
        const int64_t images = type_.size(0).is_constant() ? type_.size(0).constant() : 1;
        if (sum_.products() * images >= window_products) out.parallel(task);
        sum_.schedule(out, columns, vector, is_light);
    }

private:
    static int lanes_of(const Body& body, const TensorType& type) {
        return static_cast<int>(std::min<int64_t>(body.target().lanes(), type.size(3).constant()));
    }

    /// Strips only where channels alone make few tasks: their first lines are read twice.
    int strip_lines() const {
        const int64_t height = type_.size(1).constant();
        const int64_t panels = all_vectors_ / vectors_;
        const int64_t strips =
            std::clamp<int64_t>(enough_tasks / panels, 1, std::max<int64_t>(height / 4, 1));
        return static_cast<int>((height + strips - 1) / strips);
    }

    Body& body_;
    ir::Node& anchor_;
    const TensorType& type_;
    DepthwiseSum sum_;
    int64_t all_vectors_ = 1, vectors_ = 1;
};

void schedule(const ir::Node&, Body& body) { Schedule(body).run(); }

}  // namespace

const Family depthwise_family = {.name = "depthwise", .matches = matches, .schedule = schedule};

}  // namespace lithe::lower
