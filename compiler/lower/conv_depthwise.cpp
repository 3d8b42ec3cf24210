// A convolution with packed filters and the depthwise one behind it, in one kernel: for one panel
// of channels, the lines that a line of results reads are made by tiles of registers as they are
// needed and stay in a ring of lines, which the first-level cache holds.
#include <algorithm>

#include "compiler/lower/anchor.h"
#include "compiler/lower/depthwise_sum.h"
#include "compiler/lower/epilogue.h"
#include "compiler/lower/families.h"
#include "compiler/lower/rolling_lines.h"

namespace lithe::lower {
namespace {

using Halide::Func;
using Halide::TailStrategy;
using Halide::Var;

/// The two convolutions of a body that has no other anchor; null where it is another body.
struct Anchors {
    ir::Node* front = nullptr;
    ir::Node* depthwise = nullptr;
};

Anchors anchors_of(const ir::Graph& body) {
    Anchors anchors;
    for (const auto& node : body.nodes()) {
        const bool orders = node->is("permute") || node->is("reshape");
        if (node->is("input") || (orders && !anchors.front)) continue;
        if (node->is("packed_conv") && !anchors.front) {
            anchors.front = node.get();
        } else if (node->is("depthwise_conv") && anchors.front && !anchors.depthwise) {
            anchors.depthwise = node.get();
        } else if (!node->is(Trait::elementwise) || node->types().size() != 1) {
            return {};
        }
    }
    return anchors.depthwise ? anchors : Anchors{};
}

bool matches(const ir::Node& group, const Target&, std::string& why) {
    const Anchors anchors = anchors_of(*group.body());
    const bool fits = anchors.depthwise && has_result_of(group, *anchors.depthwise);
    if (!fits) why = "conv_depthwise: not a packed convolution in front of a depthwise one";
    return fits;
}

class Schedule {
public:
    Schedule(Body& body, const Anchors& anchors)
        : body_(body),
          front_(*anchors.front),
          anchor_(*anchors.depthwise),
          depthwise_(body, anchor_, body.target().lanes()),
          lines_(body, front_, anchor_, anchor_.input(0)),
          channels_(static_cast<int>(front_.type().size(3).constant())) {}

    void run() {
        if (channels_ % depthwise_.lanes() != 0) copy_operands();
        lines_.define();
        depthwise_.define([this](const Coords& at) { return body_.at(anchor_.input(0), at); });
        body_.define_rest();
        schedule_result();
        lines_.schedule(out_, task_, Body::axis_var(1), depthwise_.lines());
        for (Func& copy : copies_) {
            copy.compute_at(out_, task_).store_in(Halide::MemoryType::Stack);
        }
    }

private:
    /// What is read of a panel's channels is copied into whole vectors, where channels end within
    /// one: its last vector would reach beyond the operand.
    void copy_operands() {
        copy_channels(anchor_.input(1));
        bool is_inside = false;
        for (const auto& node : body_.graph().nodes()) {
            if (node.get() == &anchor_) break;
            is_inside |= node.get() == &front_;
            if (!is_inside) continue;
            const int first = node.get() == &front_ ? 2 : 0;
            for (int i = first; i < node->input_count(); ++i) copy_channels(node->input(i));
        }
    }

    void copy_channels(ir::Value operand) {
        const TensorType& type = operand.type();
        if (!operand.node->is("input") || !type.shape.back().is_constant(channels_)) return;
        Func copy("channels");
        Coords at;
        for (int axis = 0; axis < type.rank(); ++axis) at.emplace_back(Body::axis_var(axis));
        at.back() = min(at.back(), channels_ - 1);
        copy(Body::vars(type.rank())) = body_.at(operand, at);
        for (int axis = 0; axis + 1 < type.rank(); ++axis)
            copy.bound(Body::axis_var(axis), 0, body_.size(type.size(axis)));
        copy.bound_extent(Body::axis_var(type.rank() - 1), lines_.width());
        body_.define(operand, copy);
        copies_.push_back(copy);
    }

    void schedule_result() {
        out_ = body_.output();
        const TensorType& type = anchor_.type();
        body_.bind_output(out_, type);
        body_.bound_axes(out_, type);
        const Var n = Body::axis_var(0), y = Body::axis_var(1), x = Body::axis_var(2),
                  c = Body::axis_var(3);
        const Var panel("panel"), vector("vector"), strip("strip"), columns("columns");
        // What guards a last vector that is not whole guards those behind it too. So the last panel
        // is rounded up: the extent of the lines that it needs is that of the others.
        const TailStrategy last_panel =
            channels_ % depthwise_.lanes() == 0 ? TailStrategy::GuardWithIf : TailStrategy::RoundUp;
        out_.compute_root()
            .split(c, vector, c, depthwise_.lanes(), TailStrategy::GuardWithIf)
            .split(vector, panel, vector, lines_.width() / depthwise_.lanes(), last_panel)
            .split(y, strip, y, lines_.strip_lines(type.size(1).constant()),
                   TailStrategy::GuardWithIf)
            .split(x, columns, x, depthwise_.columns(), TailStrategy::ShiftInwards)
            .reorder({c, x, columns, vector, y, strip, panel, n})
            .vectorize(c)
            .fuse(strip, panel, task_)
            .fuse(task_, n, task_);
        const bool is_light = has_light_epilogue(body_, anchor_, nullptr);
        if (is_light) out_.unroll(x);
        if (lines_.is_parallel(2.0 * static_cast<double>(depthwise_.products())))
            out_.parallel(task_);
        depthwise_.schedule(out_, columns, vector, is_light);
    }

    Body& body_;
    const ir::Node& front_;
    const ir::Node& anchor_;
    DepthwiseSum depthwise_;
    RollingLines lines_;
    Func out_;
    Var task_{"task"};
    std::vector<Func> copies_;
    int channels_;
};

void schedule(const ir::Node&, Body& body) { Schedule(body, anchors_of(body.graph())).run(); }

}  // namespace

const Family conv_depthwise_family = {
    .name = "conv_depthwise", .matches = matches, .schedule = schedule};

}  // namespace lithe::lower
