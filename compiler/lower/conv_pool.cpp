// A convolution with packed filters and the pooling behind it, in one kernel: the lines that a line
// of windows reads are made as they are needed, and what is pooled never goes to memory.
#include <algorithm>

#include "compiler/ir/planes.h"
#include "compiler/lower/families.h"
#include "compiler/lower/rolling_lines.h"
#include "compiler/lower/window_tree.h"

namespace lithe::lower {
namespace {

using Halide::Func;
using Halide::TailStrategy;
using Halide::Var;

struct Anchors {
    ir::Node* front = nullptr;
    ir::Node* pool = nullptr;
    ir::Value image;  ///< channels last, what the pool reads through a permute
};

/// The convolution and the pooling of a body that has no other anchor; null where it is another.
Anchors anchors_of(const ir::Graph& body) {
    Anchors anchors;
    for (const auto& node : body.nodes()) {
        const bool orders = node->is("permute") || (node->is("reshape") && !anchors.front);
        if (node->is("input") || orders) continue;
        if (node->is("packed_conv") && !anchors.front) {
            anchors.front = node.get();
        } else if (ir::is_pool(*node) && anchors.front && !anchors.pool) {
            anchors.pool = node.get();
        } else if (!node->is(Trait::elementwise) || node->types().size() != 1) {
            return {};
        }
    }
    if (!anchors.pool || !anchors.pool->input(0).node->is("permute")) return {};
    anchors.image = anchors.pool->input(0).node->input(0);
    // The result has its channels last too.
    const bool is_back = std::any_of(body.nodes().begin(), body.nodes().end(), [&](const auto& n) {
        return n->is("permute") && n->input(0).node == anchors.pool;
    });
    return is_back ? anchors : Anchors{};
}

bool matches(const ir::Node& group, const Target&, std::string& why) {
    const Anchors anchors = anchors_of(*group.body());
    const bool fits = anchors.pool && group.types().size() == 1 && group.type().rank() == 4 &&
                      group.type().dtype == DType::f32 &&
                      same(anchors.image.type().shape, anchors.front->type().shape);
    if (!fits) why = "conv_pool: not a packed convolution in front of a pooling";
    return fits;
}

class Schedule {
public:
    Schedule(const ir::Node& group, Body& body, const Anchors& anchors)
        : body_(body),
          type_(group.type()),
          pool_(*anchors.pool),
          lines_(body, *anchors.front, pool_, anchors.image) {}

    void run() {
        lines_.define();
        body_.reduce_with([](Reduce kind, const Coords& extents, const ReduceBody& value) {
            return window_tree(kind, extents, value);
        });
        body_.define_rest();
        Func out = body_.output();
        body_.bind_output(out, type_);
        body_.bound_axes(out, type_);
        const Var n = Body::axis_var(0), y = Body::axis_var(1), x = Body::axis_var(2),
                  c = Body::axis_var(3);
        const Var panel("panel"), vector("vector"), strip("strip"), task("task");
        const int lanes = std::min(body_.target().lanes(), lines_.width());
        const auto height = static_cast<int>(type_.size(1).constant());
        out.compute_root()
            .split(c, vector, c, lanes, TailStrategy::GuardWithIf)
            .split(vector, panel, vector, lines_.width() / lanes, TailStrategy::GuardWithIf)
            .split(y, strip, y, lines_.strip_lines(height), TailStrategy::GuardWithIf)
            .reorder({c, x, vector, y, strip, panel, n})
            .vectorize(c)
            .fuse(strip, panel, task)
            .fuse(task, n, task);
        const auto taps =
            static_cast<double>(lithe::product(pool_.attrs().get_shape("kernel")).constant());
        const Dim image = type_.size(1) * type_.size(2) * type_.size(3);
        if (lines_.is_parallel(taps * static_cast<double>(image.constant()))) out.parallel(task);
        lines_.schedule(out, task, y, reach());
    }

private:
    /// Lines of the image that one line of windows reads, those between them included.
    int64_t reach() const {
        return (pool_.attrs().get_ints("kernel")[0] - 1) * pool_.attrs().get_ints("dilation")[0] +
               1;
    }

    Body& body_;
    const TensorType& type_;
    const ir::Node& pool_;
    RollingLines lines_;
};

void schedule(const ir::Node& group, Body& body) {
    Schedule(group, body, anchors_of(body.graph())).run();
}

}  // namespace

const Family conv_pool_family = {.name = "conv_pool", .matches = matches, .schedule = schedule};

}  // namespace lithe::lower
