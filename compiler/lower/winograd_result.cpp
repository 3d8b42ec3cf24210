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
          axes_(anchor_.attrs()),
          rows_of_tile_(static_cast<int>(axes_.down.tile)),
          columns_of_tile_(static_cast<int>(axes_.across.tile)),
          patch_columns_(static_cast<int>(axes_.across.size())),
          phases_down_(static_cast<int>(ir::phases_along(anchor_.attrs(), 0))),
          phases_across_(static_cast<int>(ir::phases_along(anchor_.attrs(), 1))),
          width_(static_cast<int>(anchor_.input(2).type().shape.back().constant())),
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
        body_.bound_axes(out_, type_);
        schedule_output();
        schedule_results();
        schedule_repair();
    }

private:
    Expr patch() const { return (image_ * down_ + ty_) * across_ + tx_; }

    /// Row of the products and of the filters for element (u, v) of the phase.
    Expr element(const Expr& u, const Expr& v) const {
        return phase_ * static_cast<int>(axes_.elements()) + (u * patch_columns_ + v);
    }

    void define_results() {
        const ir::WinogradTransforms::Matrix &down = axes_.down.transforms().result,
                                             &across = axes_.across.transforms().result;
        columns_(k_, j_, yi_, tx_, ty_, image_, phase_) = transform_row(down, yi_, [&](int i) {
            return body_.at(anchor_.input(0), {element(i, j_), patch(), k_});
        });
        results_(k_, xi_, yi_, tx_, ty_, image_, phase_) = transform_row(
            across, xi_, [&](int j) { return columns_(k_, j, yi_, tx_, ty_, image_, phase_); });
        // Bits of magnitudes: those of infinities and NaN are the largest, and no flag of
        // floating-point arithmetic has a say.
        all_ = RDom(0, columns_of_tile_, 0, rows_of_tile_);
        const Expr bits = Halide::reinterpret<uint32_t>(results_(
                              vector_ * lanes_ + lane_, all_.x, all_.y, tx_, ty_, image_, phase_)) &
                          Expr(uint32_t{0x7fffffff});
        const std::vector<Var> each{lane_, vector_, tx_, ty_, image_, phase_};
        const std::vector<Var> vector{vector_, tx_, ty_, image_, phase_};
        most_(each) = Halide::cast<uint32_t>(0);
        most_(each) = max(most_(each), bits);
        lanes_dom_ = RDom(0, lanes_);
        most_bits_(vector) = Halide::cast<uint32_t>(0);
        most_bits_(vector) =
            max(most_bits_(vector), most_(lanes_dom_, vector_, tx_, ty_, image_, phase_));
    }

    Expr is_bad(const Expr& k, const Expr& tx, const Expr& ty, const Expr& image,
                const Expr& phase) const {
        return most_bits_(k / lanes_, tx, ty, image, phase) >= Expr(uint32_t{0x7f800000});
    }

    /// A tap, where filters are packed as they are; else won back from the transform.
    Expr filter(const Expr& s, const Expr& t, const Expr& channel) {
        const ir::Value filters = anchor_.input(2);
        if (filters.type().rank() == 5)
            return body_.at(filters, {k_ / width_, s, t, channel, k_ % width_});
        return winograd_untransformed(axes_, s, t, [&](int u, int v) {
            return body_.at(filters, {element(u, v), k_ / width_, channel, k_ % width_});
        });
    }

    void define_repair() {
        const std::vector<Expr> at{k_, xi_, yi_, tx_, ty_, image_, phase_};
        const Attrs& attrs = anchor_.attrs();
        const Sizes pad = attrs.get_ints("pad_begin");
        const Expr is_bad_here = is_bad(k_, tx_, ty_, image_, phase_);
        repair_(k_, xi_, yi_, tx_, ty_, image_, phase_) = Halide::undef<float>();
        repair_start_ = RDom(0, 1, "start");
        repair_start_.where(is_bad_here);
        repair_(at) = Halide::cast<float>(repair_start_.x * 0);
        repair_sum_ = RDom(0, channels_, 0, static_cast<int>(axes_.across.taps), 0,
                           static_cast<int>(axes_.down.taps), "taps");
        repair_sum_.where(is_bad_here);
        const Expr channel = repair_sum_.x, s = repair_sum_.z, t = repair_sum_.y;
        const Expr w = filter(s, t, channel);
        const Expr first_row = ir::phase_shift<Expr>(attrs, 0, phase_ / phases_across_),
                   first_column = ir::phase_shift<Expr>(attrs, 1, phase_ % phases_across_);
        const Expr i = ty_ * rows_of_tile_ + yi_, j = tx_ * columns_of_tile_ + xi_;
        const Expr row = i * static_cast<int>(axes_.down.stride) + first_row + s -
                         static_cast<int>(pad[0]),
                   column = j * static_cast<int>(axes_.across.stride) + first_column + t -
                            static_cast<int>(pad[1]);
        repair_(at) += winograd_pixel(body_, anchor_.input(1), image_, row, column, channel) * w;
    }

    void define_conv() {
        const std::vector<Var> vars = Body::vars(4);
        const Expr k = vars[0], image = vars[3];
        const Expr x = vars[1] / phases_across_, y = vars[2] / phases_down_,
                   phase = vars[2] % phases_down_ * phases_across_ + vars[1] % phases_across_;
        const Expr tx = x / columns_of_tile_, ty = y / rows_of_tile_;
        const std::vector<Expr> at{k,    x % columns_of_tile_, y % rows_of_tile_, tx, ty, image,
                                   phase};
        Expr value = select(is_bad(k, tx, ty, image, phase), repair_(at), results_(at));
        if (anchor_.input_count() > 3) value = value + body_.at(anchor_.input(3), {k});
        conv_(vars) = strict_float(value);
    }

    void schedule_output() {
        const Var n = Body::axis_var(0), y = Body::axis_var(1), x = Body::axis_var(2),
                  k = Body::axis_var(3), task("task");
        const auto guard = TailStrategy::GuardWithIf;
        out_.compute_root()
            .split(k, ko_, k, lanes_, guard)
            .split(x, x, phase_x_, phases_across_, guard)
            .split(y, y, phase_y_, phases_down_, guard)
            .split(x, tile_x_, xi_, columns_of_tile_, guard)
            .split(y, tile_y_, yi_, rows_of_tile_, guard)
            .reorder({k, phase_x_, xi_, phase_y_, yi_, ko_, tile_x_, tile_y_, n})
            .vectorize(k)
            .fuse(tile_y_, n, task);
        const bool is_large =
            !type_.count().is_constant() || type_.count().constant() >= parallel_elements;
        if (is_large) out_.parallel(task);
    }

    /// What is computed for one patch of all phases and one vector, also where the image ends
    /// within the patch.
    void bound_patch(Func& f) {
        f.bound_extent(tx_, 1).bound_extent(ty_, 1).bound_extent(image_, 1);
        f.bound_extent(phase_, phases_down_ * phases_across_);
    }

    void schedule_results() {
        results_.compute_at(out_, ko_).store_in(MemoryType::Stack);
        results_.bound_extent(k_, lanes_)
            .bound_extent(xi_, columns_of_tile_)
            .bound_extent(yi_, rows_of_tile_);
        results_.vectorize(k_).unroll(xi_).unroll(yi_);
        columns_.compute_at(results_, phase_)
            .bound_extent(k_, lanes_)
            .bound_extent(j_, patch_columns_);
        columns_.bound_extent(yi_, rows_of_tile_)
            .reorder({k_, yi_, j_})
            .vectorize(k_)
            .unroll(yi_)
            .unroll(j_);
        for (Func* f : {&results_, &most_, &most_bits_, &repair_}) bound_patch(*f);
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
        repair_.bound_extent(k_, lanes_)
            .bound_extent(xi_, columns_of_tile_)
            .bound_extent(yi_, rows_of_tile_)
            .vectorize(k_);
        repair_.update(0).reorder({k_, xi_, yi_, repair_start_}).vectorize(k_);
        repair_.update(1)
            .reorder({k_, xi_, yi_, repair_sum_.x, repair_sum_.y, repair_sum_.z})
            .vectorize(k_);
    }

    Body& body_;
    ir::Node& anchor_;
    const TensorType& type_;
    const ir::WinogradAxes axes_;
    int rows_of_tile_, columns_of_tile_, patch_columns_, phases_down_, phases_across_;
    int width_, channels_, lanes_;
    Expr across_, down_;
    Var j_{"j"}, k_{"k"}, xi_{"xi"}, yi_{"yi"}, tx_{"tx"}, ty_{"ty"}, image_{"image"};
    Var lane_{"lane"}, vector_{"vector"}, ko_{"ko"}, tile_x_{"tile_x"}, tile_y_{"tile_y"};
    Var phase_{"phase"}, phase_x_{"phase_x"}, phase_y_{"phase_y"};
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
