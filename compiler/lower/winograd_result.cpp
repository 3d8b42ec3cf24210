// Products of Winograd convolution back into an image: patch by patch, a vector of filters at a
// time, then the rest of the group on it.
//
// A NaN or an infinity in a patch would spoil its neighbours too. So results are looked at, and a
// patch with any that is not finite is computed again as the plain sum.
#include <algorithm>

#include "compiler/lower/anchor.h"
#include "compiler/lower/families.h"
#include "compiler/lower/winograd_transform.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::MemoryType;
using Halide::RDom;
using Halide::TailStrategy;
using Halide::Var;

/// Elements that are worth a second thread.
constexpr int64_t parallel_elements = 1 << 16;

ir::Node* anchor_of(const ir::Graph& body) {
    return sole_anchor(body, "winograd_result", InFront::order);
}

bool matches(const ir::Node& group, const Target&, std::string& why) {
    const ir::Node* anchor = anchor_of(*group.body());
    const bool fits = anchor && has_result_of(group, *anchor);
    if (!fits)
        why = "winograd_result: not one winograd_result of f32 with elementwise nodes behind it";
    return fits;
}

class Schedule {
public:
    explicit Schedule(Body& body)
        : body_(body),
          anchor_(*anchor_of(body.graph())),
          type_(anchor_.type()),
          transforms_(ir::winograd_transforms(anchor_.attrs().get_int("tile"))),
          m_(static_cast<int>(anchor_.attrs().get_int("tile"))),
          n_(m_ + 2),
          width_(static_cast<int>(anchor_.input(2).type().size(3).constant())),
          channels_(static_cast<int>(anchor_.input(1).type().size(3).constant())),
          lanes_(body.target().lanes()) {
        const ir::WinogradPatches patches =
            ir::winograd_patches(anchor_.call(), anchor_.input(1).type().shape);
        across_ = body.size(patches.across);
        down_ = body.size(patches.down);
    }

    void run() {
        define_results();
        define_repair();
        define_conv();
        body_.define(anchor_.value(), conv_);
        body_.define_rest();
        out_ = body_.output();
        body_.bind_output(out_, type_);
        for (int axis = 0; axis < 4; ++axis) {
            out_.bound(Body::axis_var(axis), 0, body_.size(type_.size(axis)));
        }
        schedule_output();
        schedule_results();
        schedule_repair();
    }

private:
    Expr patch() const { return (image_ * down_ + ty_) * across_ + tx_; }

    void define_results() {
        columns_(k_, j_, yi_, tx_, ty_, image_) = transform_row(
            transforms_.result, yi_,
            [&](int i) { return body_.at(anchor_.input(0), {i * n_ + j_, patch(), k_}); });
        results_(k_, xi_, yi_, tx_, ty_, image_) = transform_row(
            transforms_.result, xi_, [&](int j) { return columns_(k_, j, yi_, tx_, ty_, image_); });
        // Bits of magnitudes: those of infinities and NaN are the largest, and no flag of
        // floating-point arithmetic has a say.
        all_ = RDom(0, m_, 0, m_);
        const Expr bits = Halide::reinterpret<uint32_t>(results_(vector_ * lanes_ + lane_, all_.x,
                                                                 all_.y, tx_, ty_, image_)) &
                          Expr(uint32_t{0x7fffffff});
        const std::vector<Var> each{lane_, vector_, tx_, ty_, image_};
        most_(each) = Halide::cast<uint32_t>(0);
        most_(each) = max(most_(lane_, vector_, tx_, ty_, image_), bits);
        lanes_dom_ = RDom(0, lanes_);
        most_bits_(vector_, tx_, ty_, image_) = Halide::cast<uint32_t>(0);
        most_bits_(vector_, tx_, ty_, image_) = max(most_bits_(vector_, tx_, ty_, image_),
                                                    most_(lanes_dom_, vector_, tx_, ty_, image_));
    }

    Expr is_bad(const Expr& k, const Expr& tx, const Expr& ty, const Expr& image) const {
        return most_bits_(k / lanes_, tx, ty, image) >= Expr(uint32_t{0x7f800000});
    }

    void define_repair() {
        const std::vector<Expr> at{k_, xi_, yi_, tx_, ty_, image_};
        const Sizes pad = anchor_.attrs().get_ints("pad_begin");
        repair_(k_, xi_, yi_, tx_, ty_, image_) = Halide::undef<float>();
        repair_start_ = RDom(0, 1, "start");
        repair_start_.where(is_bad(k_, tx_, ty_, image_));
        repair_(at) = Halide::cast<float>(repair_start_.x * 0);
        repair_sum_ = RDom(0, channels_, 0, 3, 0, 3, "taps");
        repair_sum_.where(is_bad(k_, tx_, ty_, image_));
        const Expr channel = repair_sum_.x, s = repair_sum_.z, t = repair_sum_.y;
        const Expr w = winograd_untransformed(transforms_, s, t, [&](int u, int v) {
            return body_.at(anchor_.input(2), {u * n_ + v, k_ / width_, channel, k_ % width_});
        });
        const Expr row = ty_ * m_ + yi_ + s - static_cast<int>(pad[0]),
                   column = tx_ * m_ + xi_ + t - static_cast<int>(pad[1]);
        repair_(at) += winograd_pixel(body_, anchor_.input(1), image_, row, column, channel) * w;
    }

    void define_conv() {
        const std::vector<Var> vars = Body::vars(4);
        const Expr k = vars[0], tx = vars[1] / m_, ty = vars[2] / m_, image = vars[3];
        const std::vector<Expr> at{k, vars[1] % m_, vars[2] % m_, tx, ty, image};
        Expr value = select(is_bad(k, tx, ty, image), repair_(at), results_(at));
        if (anchor_.input_count() > 3) value = value + body_.at(anchor_.input(3), {k});
        conv_(vars) = strict_float(value);
    }

    void schedule_output() {
        const Var n = Body::axis_var(0), y = Body::axis_var(1), x = Body::axis_var(2),
                  k = Body::axis_var(3), task("task");
        const auto guard = TailStrategy::GuardWithIf;
        out_.compute_root()
            .split(k, ko_, k, lanes_, guard)
            .split(x, tile_x_, xi_, m_, guard)
            .split(y, tile_y_, yi_, m_, guard)
            .reorder({k, xi_, yi_, ko_, tile_x_, tile_y_, n})
            .vectorize(k)
            .fuse(tile_y_, n, task);
        const bool is_large =
            !type_.count().is_constant() || type_.count().constant() >= parallel_elements;
        if (is_large) out_.parallel(task);
    }

    /// What is computed for one patch and one vector, also where the image ends within the patch.
    void bound_patch(Func& f) {
        f.bound_extent(tx_, 1).bound_extent(ty_, 1).bound_extent(image_, 1);
    }

    void schedule_results() {
        results_.compute_at(out_, ko_).store_in(MemoryType::Stack);
        results_.bound_extent(k_, lanes_).bound_extent(xi_, m_).bound_extent(yi_, m_);
        results_.vectorize(k_).unroll(xi_).unroll(yi_);
        columns_.compute_at(out_, ko_).bound_extent(k_, lanes_).bound_extent(j_, n_);
        columns_.bound_extent(yi_, m_).reorder({k_, yi_, j_}).vectorize(k_).unroll(yi_).unroll(j_);
        for (Func* f : {&results_, &columns_, &most_, &most_bits_, &repair_}) bound_patch(*f);
        most_.bound_extent(vector_, 1);
        most_bits_.bound_extent(vector_, 1);
    }

    void schedule_repair() {
        most_.compute_at(out_, ko_)
            .store_in(MemoryType::Stack)
            .bound_extent(lane_, lanes_)
            .vectorize(lane_);
        most_.update().reorder({lane_, all_.x, all_.y}).vectorize(lane_);
        most_.update().unroll(all_.x).unroll(all_.y);
        most_bits_.compute_at(out_, ko_).store_in(MemoryType::Stack);
        most_bits_.update().atomic().vectorize(lanes_dom_);
        repair_.compute_at(out_, ko_).store_in(MemoryType::Stack);
        repair_.bound_extent(k_, lanes_).bound_extent(xi_, m_).bound_extent(yi_, m_).vectorize(k_);
        repair_.update(0).reorder({k_, xi_, yi_, repair_start_}).vectorize(k_);
        repair_.update(1)
            .reorder({k_, xi_, yi_, repair_sum_.x, repair_sum_.y, repair_sum_.z})
            .vectorize(k_);
    }

    Body& body_;
    ir::Node& anchor_;
    const TensorType& type_;
    const ir::WinogradTransforms& transforms_;
    int m_, n_, width_, channels_, lanes_;
    Expr across_, down_;
    Var j_{"j"}, k_{"k"}, xi_{"xi"}, yi_{"yi"}, tx_{"tx"}, ty_{"ty"}, image_{"image"};
    Var lane_{"lane"}, vector_{"vector"}, ko_{"ko"}, tile_x_{"tile_x"}, tile_y_{"tile_y"};
    RDom all_, lanes_dom_, repair_start_, repair_sum_;
    Func columns_{"columns"}, results_{"results"}, most_{"most"}, most_bits_{"most_bits"},
        repair_{"repair"}, conv_{"conv"}, out_;
};

void schedule(const ir::Node&, Body& body) { Schedule(body).run(); }

}  // namespace

const Family winograd_result_family = {.name = "winograd_result",
                                       .fuses_multiply_add = true,
                                       .matches = matches,
                                       .schedule = schedule};

}  // namespace lithe::lower
