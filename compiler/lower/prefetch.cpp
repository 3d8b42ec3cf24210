#include "compiler/lower/prefetch.h"

#include <algorithm>

#include "compiler/lower/anchor.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Internal::Call;
using Halide::Internal::Evaluate;
using Halide::Internal::For;
using Halide::Internal::IRMutator;
using Halide::Internal::Stmt;

constexpr int line_floats = 16;  // of a cache line
/// All panels together, from which on they come from further away than the second-level cache.
constexpr int64_t far_bytes = 2 << 20;
/// From which on they are asked for: less, as the other layers of a network drive theirs out of it.
constexpr int64_t far_product_bytes = 128 << 10;
/// And where a depthwise convolution stands behind: they are read panel by panel whatever they are.
constexpr int64_t far_front_bytes = 64 << 10;

/// Whether the panels are far away and each is read for several tiles of rows: the others compute
/// while the next panel comes. One tile alone reads at the memory's speed anyway.
bool pays(const ir::Node& anchor, int64_t rows, int64_t far) {
    const TensorType& type = anchor.type();
    const bool is_conv = anchor.is("packed_conv");
    Dim all = type.size(type.rank() - 2);
    for (int axis = 1; is_conv && axis < type.rank() - 2; ++axis) all = all * type.size(axis);
    if (all.is_constant() && all.constant() <= rows) return false;
    return panel_bytes(anchor) >= far;
}

/// Bytes of all panels from which on they are asked for.
int64_t far_of(const Body& body, const ir::Node& anchor) {
    if (!anchor.is("packed_conv")) return far_product_bytes;
    const auto& nodes = body.graph().nodes();
    const bool is_front = std::any_of(nodes.begin(), nodes.end(),
                                      [](const auto& node) { return node->is("depthwise_conv"); });
    return is_front ? far_front_bytes : far_product_bytes;
}

/// Halide's own loop over the lines of a row of a panel keeps LLVM from holding the tile in
/// registers, and each tile of rows would ask for all of them: here each asks for a part.
class ShareLines : public IRMutator {
public:
    /// `is_shared`: several tiles of rows read each panel.
    ShareLines(int width, bool is_shared)
        : lines_(std::max(1, width / line_floats)), is_shared_(is_shared) {}

private:
    using IRMutator::visit;

    Stmt visit(const For* loop) override {
        if (const auto* call = prefetch_of(loop->body)) {
            return share(Halide::Internal::substitute(loop->name, loop->min, Expr(call)));
        }
        loops_.push_back(loop);
        Stmt result = IRMutator::visit(loop);
        loops_.pop_back();
        return result;
    }

    static const Call* prefetch_of(const Stmt& stmt) {
        const auto* evaluate = stmt.as<Evaluate>();
        const auto* call = evaluate ? evaluate->value.as<Call>() : nullptr;
        return call && call->is_intrinsic(Call::prefetch) ? call : nullptr;
    }

    /// The loop around those of the sum goes over tiles of rows.
    Stmt share(const Expr& first) const {
        const auto* call = first.as<Call>();
        Expr turn = 0;
        int64_t turns = lines_;  // where their number is not known
        // Neither the loops of a sum nor those over the lines that a depthwise convolution makes as
        // it needs them, which are one or two in every turn.
        const auto around = std::find_if(loops_.rbegin(), loops_.rend(), [](const For* loop) {
            return !loop->name.starts_with("acc") && !loop->name.starts_with("ring");
        });
        if (!is_shared_) turns = 1;
        if (is_shared_ && around != loops_.rend()) {
            const For& tiles = **around;
            turn = Halide::Internal::Variable::make(Halide::Int(32), tiles.name) - tiles.min;
            const auto* extent = tiles.extent.as<Halide::Internal::IntImm>();
            if (extent) turns = extent->value;
        }
        const auto each = static_cast<int>((lines_ + turns - 1) / turns);
        std::vector<Stmt> all;
        for (int i = 0; i < each; ++i) {
            std::vector<Expr> arguments = call->args;
            arguments[1] = arguments[1] + (turn * each + i) % lines_ * line_floats;
            all.push_back(
                Evaluate::make(Call::make(call->type, call->name, arguments, call->call_type)));
        }
        return Halide::Internal::Block::make(all);
    }

    int lines_;
    bool is_shared_;
    std::vector<const For*> loops_;
};

}  // namespace

bool is_far(const ir::Node& anchor) { return panel_bytes(anchor) >= far_bytes; }

namespace {

/// A whole innermost sum further on is the same place of the next tap, element or panel.
void ask_a_sum_ahead(Body& body, const ir::Node& panels, Halide::Stage stage,
                     const Halide::RDom& sum) {
    const Halide::ImageParam& weights =
        body.input(static_cast<int>(panels.attrs().get_int("index")));
    stage.prefetch(weights.parameter(), sum.x, sum.x, sum.x.extent(),
                   Halide::PrefetchBoundStrategy::NonFaulting);
}

}  // namespace

void prefetch_next_panel(Body& body, const ir::Node& anchor, Halide::Stage stage,
                         const Halide::RDom& sum, int64_t rows) {
    const ir::Node& panels = *anchor.input(1).node;
    const bool is_product = anchor.is("packed_linear") || anchor.is("packed_conv");
    if (!is_product || !panels.is("input") || !pays(anchor, rows, far_of(body, anchor))) return;
    ask_a_sum_ahead(body, panels, std::move(stage), sum);
}

void prefetch_next_element(Body& body, const ir::Node& anchor, Halide::Stage stage,
                           const Halide::RDom& sum) {
    const ir::Node& panels = *anchor.input(1).node;
    if (!panels.is("input") || panel_bytes(anchor) < far_front_bytes) return;
    ask_a_sum_ahead(body, panels, std::move(stage), sum);
}

void share_prefetches(Halide::Pipeline& pipeline, const ir::Graph& body) {
    for (const auto& node : body.nodes()) {
        const bool is_product = node->is("packed_linear") || node->is("packed_conv");
        if (!is_product && !node->is("winograd_conv")) continue;
        const auto width = static_cast<int>(node->input(1).type().shape.back().constant());
        return pipeline.add_custom_lowering_pass(new ShareLines(width, is_product));
    }
}

}  // namespace lithe::lower
