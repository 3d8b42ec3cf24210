#include "compiler/lower/prefetch.h"

#include <algorithm>
#include <limits>

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
/// And of a product whose rows one tile has: it does nothing but read them.
constexpr int64_t far_alone_bytes = 256 << 10;
/// How far ahead such a tile asks: as long as the third cache takes, or where several rows leave it
/// the time, the memory.
constexpr int64_t ahead_bytes = 4 << 10, ahead_of_rows_bytes = 8 << 10;
constexpr int64_t several_rows = 4;
/// Tiles of rows of a product, each of which would ask, through the cache that the rows need. Where
/// registers are few, blocks of rows pass through sets of panels, and each block waits.
constexpr int64_t most_tiles = 32;
/// The colours of an image: a loop of so few turns is no loop.
constexpr int64_t few_channels = 4;

bool reads_panels(const ir::Node& node) {
    return node.is("packed_linear") || node.is("packed_conv") || node.is("packed_gates") ||
           node.is("winograd_conv");
}

/// Of a panel, what one step of the sum reads: a number for each column, of gates all of a turn.
int step_floats(const ir::Node& anchor) {
    const TensorType& panels = anchor.input(1).type();
    Dim floats = panels.shape.back();
    if (anchor.is("packed_gates")) floats = floats * panels.size(3);
    return static_cast<int>(floats.constant());
}

/// Whether one tile has all rows, so that every panel is read once. Winograd's blocks each read
/// all.
bool is_one_tile(const ir::Node& anchor) {
    if (anchor.is("winograd_conv")) return false;
    const TensorType& type = anchor.type();
    Dim rows = type.size(type.rank() - 2);
    for (int axis = 1; anchor.is("packed_conv") && axis < type.rank() - 2; ++axis)
        rows = rows * type.size(axis);
    return rows.is_constant() && rows.constant() <= anchor.attrs().get_int("tile_rows");
}

/// Whether no other tile of rows reads the panel while it is near: Winograd's blocks have one, or
/// one for each line.
bool reads_panel_alone(const ir::Node& anchor) {
    return is_one_tile(anchor) || (anchor.is("winograd_conv") && !anchor.attrs().has("by_lines"));
}

/// Whether a product has so many tiles that it is little how long the first waits for a panel.
bool has_many_tiles(const ir::Node& anchor, const Target& target) {
    if (target.has_few_registers()) return false;
    const Dim& rows = anchor.type().size(anchor.type().rank() - 2);
    return rows.is_constant() && rows.constant() > most_tiles * anchor.attrs().get_int("tile_rows");
}

/// By how many steps of its sum a tile that has all rows asks ahead.
int steps_ahead(const ir::Node& anchor) {
    const int64_t rows = anchor.type().size(anchor.type().rank() - 2).constant();
    const int64_t bytes = rows < several_rows ? ahead_bytes : ahead_of_rows_bytes;
    return static_cast<int>(std::max<int64_t>(1, bytes / (4 * step_floats(anchor))));
}

/// Bytes of all panels from which on they are asked for.
int64_t far_of(const ir::Graph& body, const ir::Node& anchor, const Target& target) {
    constexpr int64_t never = std::numeric_limits<int64_t>::max();
    if (anchor.is("winograd_conv")) return far_front_bytes;
    const bool is_alone = is_one_tile(anchor);
    if (anchor.is("packed_linear")) {
        if (has_many_tiles(anchor, target)) return never;
        return is_alone ? far_alone_bytes : far_product_bytes;
    }
    if (anchor.is("packed_gates")) return is_alone ? far_bytes : never;  // rounds leave them there
    if (is_alone) return never;
    const auto& nodes = body.nodes();
    const bool is_front = std::any_of(nodes.begin(), nodes.end(),
                                      [](const auto& node) { return node->is("depthwise_conv"); });
    return is_front ? far_front_bytes : far_product_bytes;
}

bool is_asked_for(const ir::Graph& body, const ir::Node& node, const Target& target) {
    return reads_panels(node) && node.input(1).node->is("input") &&
           panel_bytes(node) >= far_of(body, node, target);
}

/// Steps of a sum.
Dim sum_length(const ir::Node& anchor) {
    const TensorType& panels = anchor.input(1).type();
    return panels.size(anchor.is("packed_gates") ? 2 : panels.rank() - 2);
}

/// Steps of the sum in one turn of its loop. Where registers are few, a multiply-add needs almost
/// another instruction for its operands, and a core that two threads share starts three a cycle for
/// each: the loop's own count. Steps that ask for lines together are more, so that tiles which
/// share a panel can each ask for another of them. Of one vector, those of a line: of more LLVM
/// makes all products of a row before those of the next, a chain that waits for each; of Winograd's
/// patches, which lie further apart, it does so with two.
int steps_together(const ir::Graph& body, const ir::Node& anchor, const Target& target) {
    constexpr int most_floats = 2 * line_floats, most_asking = 8, most = 4, most_of_one = 2;
    const bool is_asked = is_asked_for(body, anchor, target);
    const bool is_alone = is_asked && (is_one_tile(anchor) || step_floats(anchor) > most_floats);
    const Dim length = sum_length(anchor);
    if (!target.has_few_registers() || is_alone || !length.is_constant()) return 1;
    int together = is_asked ? most_asking : most;
    if (step_floats(anchor) <= target.lanes())
        together = anchor.is("winograd_conv") ? 1 : most_of_one;
    while (length.constant() % together != 0) together /= 2;
    const bool is_loop = length.constant() > few_channels;
    return is_loop ? together : std::max(1, static_cast<int>(length.constant()));
}

/// Halide's own loops over the lines of a row of a panel keep LLVM from holding the tile in
/// registers, and each tile of rows would ask for all of them: here each asks for a part.
class ShareLines : public IRMutator {
public:
    /// `is_alone`: no other tile of rows reads the panel.
    ShareLines(int width, bool is_alone)
        : lines_((width + line_floats - 1) / line_floats), is_alone_(is_alone) {}

private:
    using IRMutator::visit;

    Stmt visit(const For* loop) override {
        if (const Expr first = first_prefetch(loop); first.defined()) return share(first);
        loops_.push_back(loop);
        Stmt result = IRMutator::visit(loop);
        loops_.pop_back();
        return result;
    }

    /// What loops around a prefetch alone ask for first.
    static Expr first_prefetch(const Stmt& stmt) {
        if (const auto* loop = stmt.as<For>()) {
            const Expr first = first_prefetch(loop->body);
            return first.defined() ? Halide::Internal::substitute(loop->name, loop->min, first)
                                   : first;
        }
        const auto* evaluate = stmt.as<Evaluate>();
        const auto* call = evaluate ? evaluate->value.as<Call>() : nullptr;
        return call && call->is_intrinsic(Call::prefetch) ? evaluate->value : Expr();
    }

    /// The loop around those of the sum goes over tiles of rows.
    Stmt share(const Expr& first) const {
        const auto* call = first.as<Call>();
        Expr turn = 0;
        int64_t turns = is_alone_ ? 1 : lines_;  // where their number is not known
        // Neither the loops of a sum nor those over the lines that a depthwise convolution makes as
        // it needs them, which are one or two in every turn.
        const auto around = std::find_if(loops_.rbegin(), loops_.rend(), [](const For* loop) {
            return !loop->name.starts_with("acc") && !loop->name.starts_with("ring");
        });
        if (around != loops_.rend() && !is_alone_) {
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
    bool is_alone_;
    std::vector<const For*> loops_;
};

}  // namespace

bool is_far(const ir::Node& anchor) { return panel_bytes(anchor) >= far_bytes; }

bool reads_far_panels_once(const ir::Node& anchor) {
    return is_one_tile(anchor) && panel_bytes(anchor) >= far_alone_bytes;
}

bool asks_for_next_panel(const ir::Graph& body, const Target& target) {
    return std::any_of(body.nodes().begin(), body.nodes().end(), [&](const auto& node) {
        return !node->is("winograd_conv") && is_asked_for(body, *node, target) &&
               !is_one_tile(*node);
    });
}

namespace {

void ask_ahead(Body& body, const ir::Node& panels, Halide::Stage stage, const Halide::RVar& step,
               const Expr& steps) {
    const Halide::ImageParam& weights =
        body.input(static_cast<int>(panels.attrs().get_int("index")));
    stage.prefetch(weights.parameter(), step, step, steps,
                   Halide::PrefetchBoundStrategy::NonFaulting);
}

}  // namespace

void schedule_steps(Body& body, const ir::Node& anchor, Halide::Stage stage,
                    const Halide::RDom& sum, const Expr& distance) {
    const int together = steps_together(body.graph(), anchor, body.target());
    Halide::RVar steps = sum.x;
    if (together > 1) {
        steps = Halide::RVar("steps");
        const Halide::RVar step("step");
        stage.split(sum.x, steps, step, together).unroll(step);
    }
    if (!is_asked_for(body.graph(), anchor, body.target())) return;
    // A whole innermost sum further on is the same place of the next tap or the next panel; what is
    // behind the end of a panel is the next one too.
    ask_ahead(body, *anchor.input(1).node, std::move(stage), steps,
              is_one_tile(anchor) ? Expr(steps_ahead(anchor)) : distance / together);
}

void share_prefetches(Halide::Pipeline& pipeline, const ir::Graph& body, const Target& target) {
    for (const auto& node : body.nodes()) {
        if (!reads_panels(*node)) continue;
        const int together = steps_together(body, *node, target);
        return pipeline.add_custom_lowering_pass(
            new ShareLines(together * step_floats(*node), reads_panel_alone(*node)));
    }
}

}  // namespace lithe::lower
