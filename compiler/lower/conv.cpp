// Convolutions with packed filters: a tile of accumulators in registers, pixels of one line times
// filters, a loop over taps and channels, then the rest of the group on the tile.
//
// Fused multiply-adds carry "no NaN" with them, so the accumulators are copied into memory first
// and the epilogue's loop over rows stays rolled: the compiler cannot see through it.
#include <algorithm>

#include "compiler/lower/families.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::RVar;
using Halide::Stage;
using Halide::TailStrategy;
using Halide::Var;
using Halide::VarOrRVar;

/// Floating-point operations that are worth a second thread: 40 us.
constexpr double parallel_flops = 8e6;

const ir::Node* anchor_of(const ir::Graph& body) {
    const ir::Node* anchor = nullptr;
    for (const auto& node : body.nodes()) {
        if (node->is("input")) continue;
        // In front: the order in which an operand lies in memory.
        if (!anchor && (node->is("permute") || node->is("reshape"))) continue;
        if (node->is("packed_conv") && !anchor) {
            anchor = node.get();
        } else if (!node->is(Trait::elementwise) || node->types().size() != 1) {
            return nullptr;
        }
    }
    return anchor;
}

bool takes(const ir::Node& group, std::string& why) {
    const ir::Node* anchor = anchor_of(*group.body());
    if (!anchor) {
        why = "conv: not one packed convolution with elementwise nodes behind it";
        return false;
    }
    const TensorType& type = anchor->type();
    const bool fits = group.types().size() == 1 && type.dtype == DType::f32 && type.rank() >= 2 &&
                      same(group.type().shape, type.shape);
    if (!fits) why = "conv: the result has not the convolution's shape";
    return fits;
}

int64_t width_of(const ir::Node& anchor) { return anchor.input(1).type().shape.back().constant(); }

/// One row of one vector: the epilogue would have no loop to hide behind.
bool is_single_vector(const ir::Node& group, const Target& target) {
    const ir::Node& anchor = *anchor_of(*group.body());
    const Dim& rows = anchor.type().size(anchor.type().rank() - 2);
    return rows.is_constant(1) && width_of(anchor) <= target.lanes();
}

class Schedule {
public:
    explicit Schedule(Body& body)
        : body_(body),
          anchor_(*anchor_of(body.graph())),
          type_(anchor_.type()),
          rank_(type_.rank()),
          lanes_(body.target().lanes()),
          width_(static_cast<int>(width_of(anchor_))),
          n_(Body::axis_var(rank_ - 1)),
          m_(Body::axis_var(rank_ - 2)) {}

    void run() {
        body_.reduce_with([this](Reduce, const Coords& extents, const ReduceBody& value) {
            return accumulate(extents, value);
        });
        body_.define_rest();
        out_ = body_.output();
        body_.bind_output(out_, type_);
        for (int axis = 0; axis < rank_; ++axis) {
            out_.bound(Body::axis_var(axis), 0, body_.size(type_.size(axis)));
        }
        out_.compute_root();
        schedule_loops();
        schedule_tile();
    }

private:
    Expr accumulate(const Coords& extents, const ReduceBody& value) {
        Halide::Region region;
        for (size_t i = extents.size(); i-- > 0;) region.push_back({0, extents[i]});
        sum_ = Halide::RDom(region);
        Coords index;
        for (size_t i = extents.size(); i-- > 0;) index.push_back(sum_[static_cast<int>(i)]);
        acc_ = Func("acc");
        tile_ = Func("tile");
        const std::vector<Var> vars = Body::vars(rank_);
        acc_(vars) = 0.f;
        acc_(vars) += value(index);
        tile_(vars) = acc_(vars);
        return tile_(std::vector<Expr>(vars.begin(), vars.end()));
    }

    /// Length of the sum; a guess where it is symbolic.
    double inner() const {
        const Shape& panels = anchor_.input(1).type().shape;
        double length = 1;
        for (size_t i = 1; i + 1 < panels.size(); ++i) {
            length *= panels[i].is_constant() ? static_cast<double>(panels[i].constant()) : 256;
        }
        return std::max(length, 1.0);
    }

    /// One way through the loops, for tiles of `rows`.
    void loops(Stage stage, int rows, bool is_parallel) {
        const Var no("no");
        stage.split(n_, no, n_, width_, TailStrategy::GuardWithIf);
        stage.split(m_, m_, mi_, rows, rows == 1 ? TailStrategy::Auto : TailStrategy::ShiftInwards);
        std::vector<VarOrRVar> order{n_, mi_, m_};
        std::vector<Var> shared;
        for (int axis = rank_ - 3; axis > 0; --axis) shared.push_back(Body::axis_var(axis));
        shared.push_back(no);
        shared.push_back(Body::axis_var(0));
        order.insert(order.end(), shared.begin(), shared.end());
        stage.reorder(order).vectorize(n_, lanes_);
        if (!is_parallel) return;
        Var task = shared[0];
        for (size_t i = 1; i < shared.size(); ++i) {
            const Var fused("task" + std::to_string(i));
            stage.fuse(task, shared[i], fused);
            task = fused;
        }
        stage.parallel(task);
    }

    void schedule_loops() {
        const Dim rows = type_.size(rank_ - 2), count = type_.count();
        const auto tile = static_cast<int>(anchor_.attrs().get_int("tile_rows"));
        const double least = parallel_flops / (2 * inner());
        const Expr is_large = body_.size(count) >= static_cast<int32_t>(std::min(least, 2e9));
        if (rows.is_constant()) {
            const int height = static_cast<int>(std::min<int64_t>(tile, rows.constant()));
            rows_ = height;
            if (count.is_constant()) {
                return loops(out_, height, static_cast<double>(count.constant()) >= least);
            }
            loops(out_.specialize(is_large), height, true);
            return loops(out_, height, false);
        }
        const Expr m = body_.size(rows);
        loops(out_.specialize(m >= tile && is_large), tile, true);
        for (int height = tile; height > 1; height /= 2) {
            loops(out_.specialize(m >= height), height, false);
        }
        loops(out_, 1, false);
    }

    void schedule_tile() {
        for (Func f : {acc_, tile_}) {
            f.bound_extent(n_, width_).compute_at(out_, m_).vectorize(n_, lanes_).unroll(n_);
            if (rows_ > 0) f.bound_extent(m_, rows_);
            f.unroll(m_);
        }
        tile_.store_in(Halide::MemoryType::Stack);
        std::vector<VarOrRVar> order{n_, m_};
        for (int i = 0; i < sum_.dimensions(); ++i) order.push_back(sum_[i]);
        acc_.update().reorder(order).vectorize(n_, lanes_).unroll(n_).unroll(m_);
    }

    Body& body_;
    const ir::Node& anchor_;
    const TensorType& type_;
    int rank_, lanes_, width_;
    int rows_ = 0;  ///< of the tile, where there is one height alone
    Var n_, m_, mi_{"mi"};
    Halide::RDom sum_;
    Func acc_, tile_, out_;
};

bool matches(const ir::Node& group, const Target& target, std::string& why) {
    return takes(group, why) && !is_single_vector(group, target);
}

bool matches_single(const ir::Node& group, const Target& target, std::string& why) {
    return takes(group, why) && is_single_vector(group, target);
}

void schedule(const ir::Node&, Body& body) { Schedule(body).run(); }

}  // namespace

const Family conv_family = {
    .name = "conv", .fuses_multiply_add = true, .matches = matches, .schedule = schedule};

const Family conv_vector_family = {
    .name = "conv_vector", .matches = matches_single, .schedule = schedule};

}  // namespace lithe::lower
