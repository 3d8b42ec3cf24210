// Rows [n, k] packed into panels [k, n]: of matrices, and of filters [n, c, taps]. A row's elements
// lie side by side in one place, those of one column in the other.
#include <algorithm>
#include <bit>

#include "compiler/ir/sizes.h"
#include "compiler/lower/anchor.h"
#include "compiler/lower/collapse.h"
#include "compiler/lower/families.h"
#include "compiler/lower/parallel.h"
#include "compiler/lower/turn.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::RVar;
using Halide::TailStrategy;
using Halide::Var;

/// Of the small tiles that go through registers.
constexpr int edge = 8;

bool is_pack(const ir::Node& node) {
    if (node.is("pack_panels")) return !node.attrs().get_bool("transposed");
    return node.is("pack_filters");
}

bool has_taps(const ir::Node& pack) {
    const TensorType& w = pack.input(0).type();
    return pack.is("pack_filters") &&
           !std::all_of(w.shape.begin() + 2, w.shape.end(),
                        [](const Dim& size) { return size.is_constant(1); });
}

/// What is packed; of a matrix whose columns are channels moved behind taps, the filters before.
ir::Value filters_of(const ir::Node& pack) {
    const ir::Value w = pack.input(0);
    if (!pack.is("pack_panels") || pack.type().rank() != 3 || !w.node->is("reshape")) return w;
    const ir::Value moved = w.node->input(0);
    const bool is_move =
        moves_channels_last(*moved.node) && same(moved.type().size(0), w.type().size(0));
    return is_move ? moved.node->input(0) : w;
}

/// Elementwise nodes alone in front: what is read side by side is.
bool reads_rows(const ir::Graph& body) {
    const ir::Node* pack = last_anchor(body, is_pack);
    const ir::Node* moved =
        pack && filters_of(*pack) != pack->input(0) ? pack->input(0).node->input(0).node : nullptr;
    return std::none_of(body.nodes().begin(), body.nodes().end(), [&](const auto& node) {
        return node.get() != moved && node->is(Trait::injective) && node->input_count() > 0 &&
               !node->is("expand") && !node->is("reshape");
    });
}

bool matches(const ir::Node& group, const Target&, std::string& why) {
    const ir::Node* pack = last_anchor(*group.body(), is_pack);
    const bool is_known = pack && reads_rows(*group.body()) && pack->type().dtype == DType::f32 &&
                          group.types().size() == 1 &&
                          pack->type().size(pack->type().rank() - 2).is_constant();
    const bool fits =
        is_known &&
        (has_taps(*pack) ? pack->type().count().is_constant()
                         : pack->type().size(pack->type().rank() - 2).constant() >= edge);
    if (!fits) why = "pack: not the packing of rows of at least 8 elements, known early";
    return fits;
}

/// Runs of a row into columns: a vector is read at once and its elements written apart, and those
/// of the next rows beside it.
void schedule_rows(Func& out, const TensorType& type) {
    const int rank = type.rank();
    const Var n = Body::axis_var(rank - 1), k = Body::axis_var(rank - 2), ki("ki"), ni("ni");
    const int64_t rows = std::min<int64_t>(edge, type.size(rank - 1).constant());
    out.split(k, k, ki, edge, TailStrategy::ShiftInwards)
        .split(n, n, ni, static_cast<int>(rows))
        .reorder(ni, ki, n, k)
        .vectorize(ki)
        .unroll(ni);
}

/// A vector of filters for all taps of some channels, which lie side by side: its elements are read
/// apart and written at once.
void schedule_taps(Func& out, const TensorType& type, int lanes) {
    constexpr int channels_at_once = 16;
    const int rank = type.rank();
    const Var i = Body::axis_var(rank - 1), c = Body::axis_var(rank - 2), io("io"), ci("ci");
    const int64_t channels = type.size(rank - 2).constant(), width = type.size(rank - 1).constant();
    out.split(c, c, ci, static_cast<int>(std::min<int64_t>(channels_at_once, channels)),
              TailStrategy::ShiftInwards)
        .split(i, io, i, static_cast<int>(std::min<int64_t>(lanes, width)),
               TailStrategy::ShiftInwards)
        .vectorize(i);
    std::vector<Halide::VarOrRVar> order{i};
    for (int axis = rank - 2; axis-- > 1;) order.emplace_back(Body::axis_var(axis));
    for (const Var& loop : {ci, io, c, Body::axis_var(0)}) order.emplace_back(loop);
    out.reorder(order);
}

/// Squares of rows and of what lies side by side in them, turned in registers: whole vectors in and
/// out. All taps of some channels are such a run, whose columns go to as many places.
class Turned {
public:
    Turned(Body& body, ir::Node& pack)
        : body_(body), pack_(pack), w_(filters_of(pack)), type_(pack.type()) {
        const Shape& shape = w_.type().shape;
        rows_axis_ = pack.is("pack_filters") || is_moved() ? 0 : static_cast<int>(shape.size()) - 2;
        has_taps_ = rows_axis_ == 0 && shape.size() == 3;
        const Shape run(shape.begin() + rows_axis_ + 1, shape.end());
        if (!shape[static_cast<size_t>(rows_axis_)].is_constant() ||
            !std::all_of(run.begin(), run.end(), [](const Dim& d) { return d.is_constant(); }) ||
            run.size() > (has_taps_ ? 2u : 1u))
            return;
        panel_ = pack.attrs().get_int("panel");
        rows_ = shape[static_cast<size_t>(rows_axis_)].constant();
        taps_ = has_taps_ ? static_cast<int>(shape[2].constant()) : 1;
        run_ = lithe::product(run).constant();
        if (run_ == 0 || rows_ == 0) return;
        // Powers of two that the vectors, a panel and a run hold.
        const int64_t room = std::min<int64_t>(body.target().lanes(), panel_ & -panel_);
        lanes_ = static_cast<int>(std::min<uint64_t>(static_cast<uint64_t>(room),
                                                     std::bit_floor(static_cast<uint64_t>(run_))));
    }

    bool fits() const { return lanes_ >= least_lanes; }

    void run() {
        const auto whole = static_cast<int>(rows_ / panel_),
                   panels = static_cast<int>(ir::ceil_div(rows_, panel_));
        Func out("packed");
        out(Body::vars(type_.rank())) = Halide::undef<float>();
        body_.define(pack_.value(), out);
        body_.bind_output(out, type_);
        body_.bound_axes(out, type_);
        out.compute_root();
        if (whole > 0) fill(out, 0, whole, /*is_whole=*/true);
        if (panels > whole) fill(out, whole, 1, /*is_whole=*/false);
    }

private:
    static constexpr int least_lanes = 4;

    /// Some panels; of one that is not whole, what is beyond the rows is 0.
    void fill(Func& out, int first, int panels, bool is_whole) {
        std::vector<Var> lead;
        for (int axis = 0; axis < rows_axis_; ++axis) lead.push_back(Body::axis_var(axis));
        Turn turn(lanes_, lead, [&](const Turn::Place& row, const Turn::Place& column) {
            return element(row, column, is_whole);
        });
        // In the order of loops, the innermost first.
        const auto squares = static_cast<int>(ir::ceil_div(run_, lanes_)),
                   pieces = static_cast<int>(panel_) / lanes_;
        Halide::Region loops{{0, lanes_}, {0, lanes_}, {0, pieces}, {0, squares}, {first, panels}};
        for (int axis = rows_axis_; axis-- > 0;) loops.push_back({0, body_.size(type_.size(axis))});
        const Halide::RDom r(loops);
        const Turn::Place row{r[4] * pieces + r[2], r[0]}, column{r[3], r[1]};
        Coords at;
        for (int axis = 0; axis < rows_axis_; ++axis) at.emplace_back(r[4 + rows_axis_ - axis]);
        const Expr value = turn.at(row, column, at);
        at.emplace_back(r[4]);
        const Expr tap = place(column) % taps_, channel = place(column) / taps_;
        if (is_moved()) {
            at.push_back(tap * static_cast<int>(run_ / taps_) + channel);
        } else {
            if (has_taps_) at.push_back(tap);
            at.push_back(channel);
        }
        at.push_back(r[2] * lanes_ + r[0]);
        out(std::vector<Expr>(at.rbegin(), at.rend())) = value;
        Halide::Stage moves = out.update(out.num_update_definitions() - 1);
        moves.allow_race_conditions().vectorize(r[0]).unroll(r[1]);
        turn.schedule(Halide::LoopLevel(out, r[2]));
        if (panels > 1 || rows_axis_ > 0) make_parallel(moves, r);
    }

    bool is_moved() const { return w_ != pack_.input(0); }

    /// The last square of a run begins within the one before.
    Expr place(const Turn::Place& column) const {
        const auto run = static_cast<int>(run_);
        return min(column.square * lanes_, run - lanes_) + column.within;
    }

    Expr element(const Turn::Place& row, const Turn::Place& column, bool is_whole) {
        const auto rows = static_cast<int>(rows_);
        const Expr n = row.square * lanes_ + row.within, q = place(column);
        Coords at;
        for (int axis = 0; axis < rows_axis_; ++axis) at.emplace_back(Body::axis_var(axis));
        at.push_back(is_whole ? n : min(n, rows - 1));
        at.push_back(q / taps_);
        if (has_taps_) at.push_back(q % taps_);
        const Expr w = body_.at(w_, at);
        return is_whole ? w : select(n < rows, w, 0.f);
    }

    void make_parallel(Halide::Stage& moves, const Halide::RDom& r) const {
        const Dim count = type_.count();
        if (count.is_constant() && count.constant() < parallel_threshold) return;
        RVar task = r[4];
        if (r.dimensions() > 5) {
            const RVar fused("task");
            moves.fuse(task, r[r.dimensions() - 1], fused);
            task = fused;
        }
        moves.parallel(task);
    }

    Body& body_;
    ir::Node& pack_;
    ir::Value w_;
    const TensorType& type_;
    bool has_taps_ = false;
    int rows_axis_ = 0, lanes_ = 0, taps_ = 1;
    int64_t panel_ = 1, rows_ = 0, run_ = 0;
};

void schedule(const ir::Node& group, Body& body) {
    ir::Node& pack = *last_anchor(body.graph(), is_pack);
    if (Turned turned(body, pack); turned.fits()) return turned.run();
    body.define_rest();
    Func out = body.output();
    body.bind_output(out, group.type());
    out.compute_root();
    if (has_taps(pack)) {
        schedule_taps(out, group.type(), body.target().lanes());
    } else {
        schedule_rows(out, group.type());
    }
    parallel_outer(body, out, group.type());
}

}  // namespace

const Family pack_family = {.name = "pack", .matches = matches, .schedule = schedule};

}  // namespace lithe::lower
