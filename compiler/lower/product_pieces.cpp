// Products of sums so long that a panel and the next one fill the second-level cache: piece after
// piece of the sum for a block of rows, so that a piece of a panel stays in the first while tiles
// of rows use it, and the rows' piece in the second while panels do.
#include <algorithm>

#include "compiler/lower/anchor.h"
#include "compiler/lower/families.h"
#include "compiler/lower/prefetch.h"
#include "compiler/lower/register_tile.h"
#include "dsl/reduce_loops.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::RDom;
using Halide::Stage;
using Halide::TailStrategy;
using Halide::Var;

/// Of a panel: a piece shares a first-level cache with rows of x.
constexpr int64_t piece_bytes = 24 << 10;
constexpr int64_t least_piece = 128, piece_step = 8;
/// Rows of a block: their sums wait in the cache for the next piece.
constexpr int most_rows = 192;
/// Panels that use a piece of the rows one after the other.
constexpr int64_t most_panels = 4;
constexpr int64_t least_tiles = 3;

ir::Node* anchor_of(const ir::Graph& body) {
    return sole_anchor(body, "packed_linear", InFront::nothing);
}

int64_t constant_size(const TensorType& type, int axis) {
    const Dim& size = type.size(axis);
    return size.is_constant() ? size.constant() : 0;
}

/// Length of the pieces of a sum of `length`; 0 where none fits.
int64_t piece_of(int64_t length, int64_t width) {
    const int64_t most = std::min(length / 2, piece_bytes / (4 * width)) / piece_step * piece_step;
    for (int64_t piece = most; piece >= least_piece; piece -= piece_step) {
        if (length % piece == 0) return piece;
    }
    return 0;
}

/// Panels of a set: equal sets, as no panel behind the last may be read. Where one block has all
/// rows, all pieces of a panel follow each other.
int64_t set_of(int64_t panels, int64_t rows) {
    if (rows <= most_rows) return 1;
    int64_t set = std::min(panels, most_panels);
    while (panels % set != 0) --set;
    return set;
}

/// Of a panel, from which on pieces pay. Where registers are many it was not measured: panels that
/// the cache does not hold at all.
int64_t long_panel_bytes(const Target& target) {
    return target.has_few_registers() ? target.l2_bytes / 4 : target.l2_bytes;
}

bool matches(const ir::Node& group, const Target& target, std::string& why) {
    const ir::Node* anchor = anchor_of(*group.body());
    why = "product_pieces: not one packed product of long sums of known rows";
    if (!anchor || !has_result_of(group, *anchor) || anchor->type().rank() != 2) return false;
    const TensorType& panels = anchor->input(1).type();
    if (panels.rank() != 3) return false;
    const int64_t count = constant_size(panels, 0);
    const int64_t length = constant_size(panels, 1), width = constant_size(panels, 2);
    const bool is_long = 4 * length * width >= long_panel_bytes(target);
    const int64_t rows = constant_size(anchor->type(), 0);
    const bool has_tiles = rows >= least_tiles * anchor->attrs().get_int("tile_rows");
    return is_long && has_tiles && count > 0 && width % target.lanes() == 0 &&
           piece_of(length, width) > 0;
}

class ProductPieces {
public:
    explicit ProductPieces(Body& body)
        : body_(body),
          anchor_(*anchor_of(body.graph())),
          type_(anchor_.type()),
          length_(static_cast<int>(constant_size(anchor_.input(1).type(), 1))),
          width_(static_cast<int>(constant_size(anchor_.input(1).type(), 2))),
          piece_(static_cast<int>(piece_of(length_, width_))),
          rows_(static_cast<int>(constant_size(type_, 0))),
          set_(static_cast<int>(set_of(constant_size(anchor_.input(1).type(), 0), rows_))),
          tile_rows_(static_cast<int>(anchor_.attrs().get_int("tile_rows"))),
          lanes_(body.target().lanes()) {}

    void run() {
        body_.reduce_with([this](Reduce, const Coords&, const ReduceBody& value) {
            sum(value);
            return total_(n_, m_);
        });
        body_.define_rest();
        out_ = body_.output();
        body_.bind_results(out_, type_);
        body_.bound_axes(out_, type_);
        schedule_result();
        schedule_sums();
    }

private:
    void sum(const ReduceBody& value) {
        pieces_ = RDom(0, length_ / piece_, "pieces");
        sum_ = reduce_loops({Expr(piece_)});
        const Expr row = Halide::min(m_, rows_ - 1);  // the last tile's may be more than there are
        const Expr term = value({piece_at_ * piece_ + reduce_index(sum_)[0]});
        acc_(n_, m_, piece_at_) = 0.f;
        acc_(n_, m_, piece_at_) = Body::add_term(
            acc_(n_, m_, piece_at_), Halide::Internal::substitute(m_.name(), row, term));
        total_(n_, m_) = 0.f;
        total_(n_, m_) += acc_(n_, m_, pieces_);
    }

    void schedule_result() {
        const int blocks = (rows_ + most_rows - 1) / most_rows, tiles = blocks * tile_rows_;
        const int block_rows = std::min(rows_, (rows_ + tiles - 1) / tiles * tile_rows_);
        const Var set("set"), panel("panel"), block("block"), task("task");
        out_.compute_root().split(n_, set, n_, set_ * width_, TailStrategy::GuardWithIf);
        out_.split(n_, panel, n_, width_, TailStrategy::GuardWithIf);
        out_.split(m_, block, m_, block_rows, TailStrategy::ShiftInwards);
        out_.reorder({n_, m_, panel, block, set}).vectorize(n_, lanes_).unroll(n_);
        out_.fuse(block, set, task).parallel(task);
        total_.compute_at(out_, task).store_in(Halide::MemoryType::Stack);
        total_.bound_extent(n_, set_ * width_);
    }

    void schedule_sums() {
        const Var rows("rows"), panel("panel");
        const auto shape = [&](Stage stage) {
            stage.split(n_, panel, n_, width_);
            stage.split(m_, rows, m_, tile_rows_, TailStrategy::RoundUp).vectorize(n_, lanes_);
            return stage.unroll(n_).unroll(m_);
        };
        shape(total_).reorder(n_, m_, rows, panel);
        shape(total_.update()).reorder({n_, m_, rows, panel, pieces_});
        acc_.compute_at(total_, rows).bound_extent(n_, width_).bound_extent(m_, tile_rows_);
        acc_.vectorize(n_, lanes_).unroll(n_).unroll(m_);
        Stage update = acc_.update();
        update.reorder({n_, m_, sum_.x}).vectorize(n_, sum_lanes(body_.target(), width_));
        update.unroll(n_).unroll(m_);
        schedule_steps(body_, anchor_, acc_.update(), sum_, Expr(set_ == 1 ? piece_ : length_));
    }

    Body& body_;
    const ir::Node& anchor_;
    const TensorType& type_;
    int length_, width_, piece_, rows_, set_, tile_rows_, lanes_;
    Var n_ = Body::axis_var(1), m_ = Body::axis_var(0), piece_at_{"piece"};
    RDom sum_, pieces_;
    Func acc_{"acc"}, total_{"total"}, out_;
};

void schedule(const ir::Node&, Body& body) { ProductPieces(body).run(); }

}  // namespace

const Family product_pieces_family = {
    .name = "product_pieces", .matches = matches, .schedule = schedule};

}  // namespace lithe::lower
