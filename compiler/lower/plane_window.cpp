#include "compiler/lower/plane_window.h"

#include <algorithm>
#include <optional>

#include "compiler/ir/planes.h"
#include "compiler/lower/parallel.h"
#include "dsl/window.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::TailStrategy;
using Halide::Var;

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

Sizes kernel_of(const ir::Node& anchor) {
    if (ir::is_pool(anchor)) return anchor.attrs().get_ints("kernel");
    Sizes sizes;
    for (const Dim& size : window::spatial(anchor.input(1).type().shape))
        sizes.push_back(size.constant());
    return sizes;
}

}  // namespace

ir::Node* plane_window(const ir::Node& group) {
    const ir::Graph& body = *group.body();
    ir::Node* anchor = anchor_of(body);
    const bool fits = anchor && group.types().size() == 1 && group.type().dtype == DType::f32 &&
                      body.outputs[0].value.index == 0 &&
                      is_in_order(body.outputs[0].value, anchor->value()) &&
                      is_in_order(anchor->input(0), memory_of(*anchor));
    return fits ? anchor : nullptr;
}

bool is_largest(const ir::Node& window) { return window.types().size() > 1; }

PlaneWindow::PlaneWindow(const ir::Node& group, Body& body)
    : body_(body),
      anchor_(*anchor_of(body.graph())),
      type_(group.type()),
      kernel_(kernel_of(anchor_)),
      stride_(anchor_.attrs().get_ints("stride")),
      dilation_(anchor_.attrs().has("dilation") ? anchor_.attrs().get_ints("dilation")
                                                : Sizes(2, 1)) {}

int64_t PlaneWindow::pad(size_t axis) const { return anchor_.attrs().get_ints("pad_begin")[axis]; }

int64_t PlaneWindow::pixels(size_t axis) const {
    return anchor_.input(0).type().size(static_cast<int>(axis) + 2).constant();
}

bool PlaneWindow::is_parallel() const {
    const Dim count = type_.count();
    return count.is_constant() && count.constant() * kernel_[0] * kernel_[1] >= window_products;
}

/// What the window gives, which nodes behind it read: of lines narrower than a vector whole vectors
/// are made, and the lines are copied out of them.
Func PlaneWindow::define_line() {
    const window::PaddedScope padded;
    Func line = body_.func(anchor_.value()), part("part");
    const std::vector<Var> vars = Body::vars(4);
    part(vars) = line(std::vector<Expr>(vars.begin(), vars.end()));
    body_.define(anchor_.value(), part);
    return line;
}

Func PlaneWindow::schedule_result(const Var& task, const Var& vector) {
    Func line = define_line();
    body_.define_rest();
    Func out = body_.output();
    body_.bind_output(out, type_);
    body_.bound_axes(out, type_);
    const Var n = Body::axis_var(0), c = Body::axis_var(1), y = Body::axis_var(2),
              x = Body::axis_var(3);
    const int lanes = body_.target().lanes();
    const bool is_narrow = places(1) < lanes;
    out.compute_root()
        .split(x, vector, x, lanes,
               is_narrow ? TailStrategy::GuardWithIf : TailStrategy::ShiftInwards)
        .vectorize(x)
        .reorder({x, vector, y, c, n})
        .fuse(c, n, task);
    if (is_parallel()) out.parallel(task);
    if (is_narrow) line.compute_at(out, y).store_in(Halide::MemoryType::Stack).vectorize(x, lanes);
    return out;
}

}  // namespace lithe::lower
