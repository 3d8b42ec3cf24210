// A convolution with packed filters and the depthwise one behind it, in one kernel: for one panel
// of channels, the lines that a line of results reads are made by tiles of registers as they are
// needed and stay in a ring of lines, which the first-level cache holds.
#include <algorithm>

#include "compiler/lower/anchor.h"
#include "compiler/lower/depthwise_sum.h"
#include "compiler/lower/epilogue.h"
#include "compiler/lower/families.h"
#include "compiler/lower/parallel.h"
#include "compiler/lower/prefetch.h"
#include "dsl/reduce_loops.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::TailStrategy;
using Halide::Var;
using Halide::VarOrRVar;

/// Lines of an image that is cut in two for a second thread.
constexpr int64_t least_cut_lines = 16;

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
          depthwise_(body, anchor_, body.target().lanes()) {
        channels_ = static_cast<int>(front_.type().size(3).constant());
        width_ = static_cast<int>(front_.input(1).type().shape.back().constant());
        const int64_t rows = front_.attrs().get_int("tile_rows");
        rows_ = static_cast<int>(std::min(rows, front_.type().size(2).constant()));
    }

    void run() {
        if (channels_ % depthwise_.lanes() != 0) copy_operands();
        const std::vector<Var> vars = Body::vars(4);
        body_.reduce_with([&](Reduce, const Coords& extents, const ReduceBody& value) {
            define_sum(extents, value);
            return tile_(std::vector<Expr>(vars.begin(), vars.end()));
        });
        const Coords at(vars.rbegin(), vars.rend());
        ring_(vars) = Halide::strict_float(body_.at(anchor_.input(0), at));
        depthwise_.define([this](const Coords& coords) {
            return ring_(std::vector<Expr>(coords.rbegin(), coords.rend()));
        });
        body_.define_rest();
        schedule_result();
        schedule_ring();
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
        copy.bound_extent(Body::axis_var(type.rank() - 1), width_);
        body_.define(operand, copy);
        copies_.push_back(copy);
    }

    void define_sum(const Coords& extents, const ReduceBody& value) {
        terms_ = reduce_loops(extents);
        const std::vector<Var> vars = Body::vars(4);
        sum_(vars) = 0.f;
        sum_(vars) = Body::add_term(sum_(vars), value(reduce_index(terms_)));
        tile_(vars) = sum_(vars);
    }

    void schedule_result() {
        out_ = body_.output();
        const TensorType& type = anchor_.type();
        body_.bind_output(out_, type);
        for (int axis = 0; axis < 4; ++axis)
            out_.bound(Body::axis_var(axis), 0, body_.size(type.size(axis)));
        const Var n = Body::axis_var(0), x = Body::axis_var(2), c = Body::axis_var(3);
        const Var panel("panel"), vector("vector"), strip("strip"), columns("columns");
        out_.compute_root()
            .split(c, vector, c, depthwise_.lanes(), TailStrategy::GuardWithIf)
            .split(vector, panel, vector, width_ / depthwise_.lanes(), TailStrategy::GuardWithIf)
            .split(y_, strip, y_, strip_lines(), TailStrategy::GuardWithIf)
            .split(x, columns, x, depthwise_.columns(), TailStrategy::ShiftInwards)
            .reorder({c, x, columns, vector, y_, strip, panel, n})
            .vectorize(c)
            .fuse(strip, panel, task_)
            .fuse(task_, n, task_);
        const bool is_light = has_light_epilogue(body_, anchor_, nullptr);
        if (is_light) out_.unroll(x);
        if (is_parallel()) out_.parallel(task_);
        depthwise_.schedule(out_, columns, is_light);
    }

    /// Panels alone would leave a second thread idle where they are few and odd: then images are
    /// cut into strips, whose first lines are made twice.
    int strip_lines() const {
        const int64_t height = anchor_.type().size(1).constant();
        const int64_t panels = front_.input(1).type().size(0).constant();
        const bool is_cut = panels < 8 && panels % 2 == 1 && height >= least_cut_lines;
        return static_cast<int>(is_cut ? (height + 1) / 2 : height);
    }

    bool is_parallel() const {
        const TensorType& panels = front_.input(1).type();
        const TensorType& image = front_.type();
        const int64_t sums = lithe::product(panels.shape).constant() * image.size(1).constant() *
                             image.size(2).constant();
        const int64_t images = image.size(0).is_constant() ? image.size(0).constant() : 1;
        const double flops = 2.0 * static_cast<double>(sums + depthwise_.products());
        return static_cast<double>(images) * flops >= parallel_ns * flops_per_ns;
    }

    void schedule_ring() {
        const Var c = Body::axis_var(3), x = Body::axis_var(2), tile("tile");
        int fold = 1;  // a power of two: a line's place is a mask of its number
        while (fold < depthwise_.lines()) fold *= 2;
        const bool is_light = has_light_epilogue(body_, front_, &anchor_);
        ring_.store_at(out_, task_)
            .compute_at(out_, y_)
            .store_in(Halide::MemoryType::Stack)
            .fold_storage(y_, fold)
            .bound_extent(Body::axis_var(0), 1)
            .bound_extent(c, width_)
            .bound_extent(x, body_.size(front_.type().size(2)))
            .split(x, tile, x, rows_, TailStrategy::ShiftInwards)
            .reorder({c, x, tile, y_})
            .vectorize(c, depthwise_.lanes())
            .unroll(c);
        if (is_light) ring_.unroll(x);
        schedule_sum(sum_, tile);
        if (!is_light) schedule_sum(tile_.store_in(Halide::MemoryType::Stack), tile);
        std::vector<VarOrRVar> order{c, x};
        for (int i = 0; i < terms_.dimensions(); ++i) order.emplace_back(terms_[i]);
        sum_.update().reorder(order).vectorize(c, depthwise_.lanes()).unroll(c).unroll(x);
        prefetch_panels(body_, front_, sum_.update(), terms_);
    }

    /// In a tile of registers, or of the stack.
    void schedule_sum(Func f, const Var& tile) {
        const Var c = Body::axis_var(3), x = Body::axis_var(2);
        f.compute_at(ring_, tile).bound_extent(c, width_).bound_extent(x, rows_);
        f.vectorize(c, depthwise_.lanes()).unroll(c).unroll(x);
    }

    Body& body_;
    const ir::Node& front_;
    const ir::Node& anchor_;
    DepthwiseSum depthwise_;
    Halide::RDom terms_;
    Func out_, ring_{"ring"}, sum_{"acc"}, tile_{"tile"};
    Var y_ = Body::axis_var(1), task_{"task"};
    std::vector<Func> copies_;
    int channels_ = 1, width_ = 1, rows_ = 1;
};

void schedule(const ir::Node&, Body& body) { Schedule(body, anchors_of(body.graph())).run(); }

}  // namespace

const Family conv_depthwise_family = {
    .name = "conv_depthwise", .matches = matches, .schedule = schedule};

}  // namespace lithe::lower
