#include "compiler/lower/register_tile.h"

#include <algorithm>

#include "compiler/lower/anchor.h"
#include "compiler/lower/epilogue.h"
#include "compiler/lower/parallel.h"
#include "compiler/lower/prefetch.h"
#include "compiler/lower/streams.h"
#include "dsl/reduce_loops.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::Stage;
using Halide::TailStrategy;
using Halide::Var;
using Halide::VarOrRVar;

/// Floating-point operations of one task: 10 us.
constexpr double task_flops = 1.5e6;

/// Panels that a block of rows reads one after the other: of so many bytes, and so many at least.
constexpr int64_t set_bytes = 1 << 20, least_set = 4;

int64_t width_of(const ir::Node& anchor) { return anchor.input(1).type().shape.back().constant(); }

}  // namespace

bool is_single_vector(const ir::Node& anchor, const Target& target) {
    const Dim& rows = anchor.type().size(anchor.type().rank() - 2);
    return rows.is_constant(1) && width_of(anchor) <= target.lanes();
}

int sum_lanes(const Target& target, int width) {
    return target.has_few_registers() ? width : std::min(target.lanes(), width);
}

RegisterTile::RegisterTile(Body& body, const ir::Node& anchor)
    : body_(body),
      anchor_(anchor),
      type_(anchor.type()),
      rank_(type_.rank()),
      width_(static_cast<int>(width_of(anchor))),
      lanes_(std::min(body.target().lanes(), width_)),
      n_(Body::axis_var(rank_ - 1)),
      m_(Body::axis_var(rank_ - 2)) {}

void RegisterTile::run() {
    define();
    const std::vector<Axis> more = more_axes();
    const bool has_turns =
        std::any_of(more.begin(), more.end(), [](const Axis& axis) { return axis.turns > 1; });
    is_light_ = !has_turns && has_light_epilogue(body_, anchor_);
    out_ = result();
    body_.bind_results(out_, result_type());
    body_.bound_axes(out_, type_);
    out_.compute_root();
    schedule_loops();
    schedule_tile();
}

void RegisterTile::define() {
    body_.reduce_with([this](Reduce, const Coords& extents, const ReduceBody& value) {
        sum(extents, value);
        const std::vector<Var> vars = Body::vars(rank_);
        return tile_(std::vector<Expr>(vars.begin(), vars.end()));
    });
    body_.define_rest();
}

Func RegisterTile::result() { return body_.output(); }

std::vector<Var> RegisterTile::tile_vars() const {
    std::vector<Var> vars = Body::vars(rank_);
    for (const Axis& axis : more_axes()) vars.push_back(axis.var);
    return vars;
}

void RegisterTile::sum(const Coords& all, const ReduceBody& value) {
    Coords extents = all;
    std::vector<Var> vars = tile_vars();
    if (more_axes().empty()) streams_ = streams_of(anchor_, body_.target());
    if (streams_ > 1) {
        extents.back() = extents.back() / streams_;
        vars.push_back(stream_);
    }
    sum_ = reduce_loops(extents);
    Coords index = reduce_index(sum_);
    skip_zeros(sum_, index);
    if (streams_ > 1) index.back() += stream_ * extents.back();
    acc_ = Func("acc");
    tile_ = Func("tile");
    acc_(vars) = 0.f;
    acc_(vars) = Body::add_term(acc_(vars), value(index));
    tile_(tile_vars()) = sum_of_streams();
}

Expr RegisterTile::sum_of_streams() const {
    const std::vector<Var> vars = tile_vars();
    std::vector<Expr> at(vars.begin(), vars.end());
    if (streams_ == 1) return acc_(at);
    at.emplace_back(0);
    Expr total = acc_(at);
    for (int i = 1; i < streams_; ++i) {
        at.back() = i;
        total += acc_(at);
    }
    return total;
}

/// One way through the loops, for tiles of `rows`.
void RegisterTile::loops(Stage stage, int rows, bool is_parallel) {
    const Var panel("no");
    stage.split(n_, panel, n_, width_, TailStrategy::GuardWithIf);
    stage.split(m_, m_, mi_, rows, rows == 1 ? TailStrategy::Auto : TailStrategy::ShiftInwards);
    const std::vector<Var> outer = outer_loops(stage, rows, is_parallel, panel);
    std::vector<VarOrRVar> order{n_, mi_, m_};
    order.insert(order.end(), outer.begin(), outer.end());
    stage.reorder(order).vectorize(n_, lanes_);
    // Unrolled, or the compiler takes the epilogue's loop, one deeper, for hotter than the sum's
    // and keeps the epilogue's constants in registers across it, where the accumulators belong.
    stage.unroll(n_);
    if (is_light_) stage.unroll(mi_);
    if (is_parallel) parallel_tasks(stage, outer);
}

bool RegisterTile::split_block(Stage& stage, int rows, const Var& block) const {
    const double tile_flops = 2.0 * rows * width_ * sum_length();
    const auto tiles = static_cast<int>(std::max(1.0, task_flops / tile_flops));
    const Dim& all = type_.size(rank_ - 2);
    if (all.is_constant() && all.constant() < 2LL * tiles * rows) return false;
    stage.split(m_, block, m_, tiles, TailStrategy::GuardWithIf);
    return true;
}

/// Rows that stay in the second-level cache are read for every panel, and each panel once. Rows
/// that do not would come from further away for every panel: here for a set of them, of which each
/// block of rows reads all.
std::vector<Var> RegisterTile::far_loops(Stage& stage, const Var& panel, const Var& block) const {
    const Target& target = body_.target();
    const Dim rows = anchor_.input(0).type().count();
    const bool are_rows_near = rows.is_constant() && 4 * rows.constant() <= target.l2_bytes / 2;
    const Shape& panels = anchor_.input(1).type().shape;
    // Where registers are many it was not measured.
    if (are_rows_near || !target.has_few_registers() || !panels[0].is_constant())
        return {block, panel};
    const int64_t bytes = panel_bytes(anchor_) / std::max<int64_t>(panels[0].constant(), 1);
    const int64_t together = std::max(least_set, set_bytes / std::max<int64_t>(bytes, 1));
    if (bytes == 0 || panels[0].constant() <= together) return {panel, block};
    const Var set("set");
    stage.split(panel, set, panel, static_cast<int>(together), TailStrategy::GuardWithIf);
    return {panel, block, set};
}

void RegisterTile::schedule_loops() {
    const Dim rows = type_.size(rank_ - 2), count = type_.count();
    const auto tile = static_cast<int>(anchor_.attrs().get_int("tile_rows"));
    // Elements from which on a second thread is worth it: one row may be, for its weights.
    const double weights_ns = static_cast<double>(panel_bytes(anchor_)) / weight_bytes_per_ns;
    const bool is_always_large = weights_ns >= parallel_ns;
    const double least =
        is_always_large ? 1 : (parallel_ns - weights_ns) * flops_per_ns / (2 * sum_length());
    const Expr is_large = body_.size(count) >= static_cast<int32_t>(std::min(least, 2e9));
    if (rows.is_constant()) {
        const int height = static_cast<int>(std::min<int64_t>(tile, rows.constant()));
        rows_ = height;
        if (count.is_constant()) {
            const bool is_parallel =
                anchor_.attrs().has("row_blocks") || static_cast<double>(count.constant()) >= least;
            return loops(out_, height, is_parallel);
        }
        loops(out_.specialize(is_large), height, true);
        return loops(out_, height, false);
    }
    const Expr m = body_.size(rows);
    if (!is_always_large) loops(out_.specialize(m >= tile && is_large), tile, true);
    for (int height = tile; height > 1; height /= 2) {
        loops(out_.specialize(m >= height), height, is_always_large);
    }
    loops(out_, 1, is_always_large);
}

void RegisterTile::schedule_at(Func& f, const Halide::LoopLevel& level) {
    f.compute_at(level).bound_extent(n_, width_).vectorize(n_, lanes_).unroll(n_);
    if (rows_ > 0) f.bound_extent(m_, rows_);
    f.unroll(m_);
}

/// The tile in memory; returns the loop in which a turn's sums are computed.
Halide::LoopLevel RegisterTile::schedule_whole_tile() {
    Halide::LoopLevel around_sums(out_, m_);
    schedule_at(tile_, around_sums);
    tile_.store_in(Halide::MemoryType::Stack);
    for (const Axis& axis : more_axes()) {
        tile_.bound(axis.var, 0, axis.extent);
        if (axis.turns > 1) {
            const Var turn("turn");
            tile_.split(axis.var, turn, axis.var, axis.extent / axis.turns);
            tile_.reorder(n_, m_, axis.var, turn);
            around_sums = Halide::LoopLevel(tile_, turn);
        }
        tile_.unroll(axis.var);
    }
    return around_sums;
}

void RegisterTile::schedule_tile() {
    schedule_at(acc_, is_light_ ? Halide::LoopLevel(out_, m_) : schedule_whole_tile());
    for (const Axis& axis : more_axes()) {
        acc_.bound_extent(axis.var, axis.extent / axis.turns).unroll(axis.var);
    }
    if (streams_ > 1) acc_.bound_extent(stream_, streams_).unroll(stream_);
    // Rows outermost: one element of x at a time is in a register, and all of the panel's row.
    std::vector<VarOrRVar> order{n_};
    for (const Axis& axis : more_axes()) order.emplace_back(axis.var);
    order.emplace_back(m_);
    if (streams_ > 1) order.emplace_back(stream_);
    for (int i = 0; i < sum_.dimensions(); ++i) order.push_back(sum_[i]);
    Stage update = acc_.update();
    update.reorder(order).vectorize(n_, sum_lanes(body_.target(), width_)).unroll(n_).unroll(m_);
    for (const Axis& axis : more_axes()) update.unroll(axis.var);
    if (streams_ > 1) {
        update.unroll(stream_);
    } else {
        schedule_steps(body_, anchor_, acc_.update(), sum_, sum_.x.extent());
    }
}

}  // namespace lithe::lower
