// Winograd convolution: for a block of patches the transformed data once, then for every panel of
// filters the products, their transform back and the rest of the group. All in caches; what a block
// needs lies on the stack, and choose_kernels bounds it.
//
// A NaN or an infinity in a patch would spoil its neighbours too. So results are looked at, and a
// patch with any that is not finite is computed again as the plain sum.
#include <algorithm>

#include "compiler/ir/sizes.h"
#include "compiler/ir/winograd.h"
#include "compiler/lower/anchor.h"
#include "compiler/lower/families.h"
#include "compiler/lower/prefetch.h"
#include "compiler/lower/register_tile.h"
#include "compiler/lower/winograd_transform.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::MemoryType;
using Halide::RDom;
using Halide::TailStrategy;
using Halide::Var;

/// Blocks from which on they are the tasks; with fewer, panels of filters are.
constexpr int64_t enough_blocks = 8;

ir::Node* anchor_of(const ir::Graph& body) {
    return sole_anchor(body, "winograd_conv", InFront::order);
}

bool matches(const ir::Node& group, const Target&, std::string& why) {
    const ir::Node* anchor = anchor_of(*group.body());
    const bool fits = anchor && has_result_of(group, *anchor);
    if (!fits) why = "winograd: not one winograd_conv of f32 with elementwise nodes behind it";
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
          patch_rows_(static_cast<int>(axes_.down.size())),
          patch_columns_(static_cast<int>(axes_.across.size())),
          width_(static_cast<int>(anchor_.input(1).type().size(3).constant())),
          channels_(static_cast<int>(anchor_.input(0).type().size(3).constant())),
          lanes_(body.target().lanes()),
          is_by_lines_(anchor_.attrs().has("by_lines")) {
        for (const int64_t size : anchor_.attrs().get_ints("block"))
            block_.push_back(static_cast<int>(size));
    }

    void run() {
        define();
        body_.define(anchor_.value(), conv_);
        body_.define_rest();
        out_ = body_.output();
        body_.bind_output(out_, type_);
        body_.bound_axes(out_, type_);
        schedule_output();
        schedule_data();
        schedule_products();
        schedule_results();
        schedule_repair();
    }

private:
    Expr pixel_of_patch(const Expr& i, const Expr& j, const Expr& channel) {
        const Sizes pad = anchor_.attrs().get_ints("pad_begin");
        return winograd_pixel(
            body_, anchor_.input(0), image_,
            ty_ * static_cast<int>(axes_.down.step()) + i - static_cast<int>(pad[0]),
            tx_ * static_cast<int>(axes_.across.step()) + j - static_cast<int>(pad[1]), channel);
    }

    Expr filter(const Expr& k, const Expr& w, const Expr& channel) {
        return body_.at(anchor_.input(1), {k / width_, w, channel, k % width_});
    }

    void define() {
        const ir::WinogradTransforms &down = axes_.down.transforms(),
                                     &across = axes_.across.transforms();
        rows_(c_, j_, u_, tx_, ty_, image_) =
            transform_row(down.data, u_, [&](int i) { return pixel_of_patch(i, j_, c_); });
        data_(c_, tx_, ty_, image_, w_) = transform_row(
            across.data, w_ % patch_columns_,
            [&](int j) { return rows_(c_, j, w_ / patch_columns_, tx_, ty_, image_); });
        sum_ = RDom(0, channels_, "sum");
        acc_(k_, tx_, ty_, image_, w_) = 0.f;
        acc_(k_, tx_, ty_, image_, w_) += data_(sum_, tx_, ty_, image_, w_) * filter(k_, w_, sum_);
        products_(k_, tx_, ty_, image_, w_) = acc_(k_, tx_, ty_, image_, w_);
        columns_(k_, j_, yi_, tx_, ty_, image_) = transform_row(down.result, yi_, [&](int i) {
            return products_(k_, tx_, ty_, image_, i * patch_columns_ + j_);
        });
        results_(k_, xi_, yi_, tx_, ty_, image_) = transform_row(
            across.result, xi_, [&](int j) { return columns_(k_, j, yi_, tx_, ty_, image_); });
        define_repair();
        define_conv();
    }

    void define_repair() {
        // Bits of magnitudes: those of infinities and NaN are the largest, and no flag of
        // floating-point arithmetic has a say.
        const RDom all(0, width_ / lanes_, 0, columns_of_tile_, 0, rows_of_tile_);
        const Expr k = panel_ * width_ + all.x * lanes_ + lane_;
        const Expr bits =
            Halide::reinterpret<uint32_t>(results_(k, all.y, all.z, tx_, ty_, image_)) &
            Expr(uint32_t{0x7fffffff});
        most_(lane_, panel_, tx_, ty_, image_) = Halide::cast<uint32_t>(0);
        most_(lane_, panel_, tx_, ty_, image_) = max(most_(lane_, panel_, tx_, ty_, image_), bits);
        all_ = all;
        lanes_dom_ = RDom(0, lanes_);
        most_bits_(panel_, tx_, ty_, image_) = Halide::cast<uint32_t>(0);
        most_bits_(panel_, tx_, ty_, image_) =
            max(most_bits_(panel_, tx_, ty_, image_), most_(lanes_dom_, panel_, tx_, ty_, image_));

        const std::vector<Expr> at{k_, xi_, yi_, tx_, ty_, image_};
        const Expr is_bad = most_bits_(k_ / width_, tx_, ty_, image_) >= Expr(uint32_t{0x7f800000});
        repair_(k_, xi_, yi_, tx_, ty_, image_) = Halide::undef<float>();
        repair_start_ = RDom(0, 1, "start");
        repair_start_.where(is_bad);
        repair_(at) = Halide::cast<float>(repair_start_.x * 0);
        repair_sum_ = RDom(0, channels_, 0, static_cast<int>(axes_.across.taps), 0,
                           static_cast<int>(axes_.down.taps), "taps");
        repair_sum_.where(is_bad);
        const Expr channel = repair_sum_.x, s = repair_sum_.z, t = repair_sum_.y;
        const Expr w = winograd_untransformed(
            axes_, s, t, [&](int u, int v) { return filter(k_, u * patch_columns_ + v, channel); });
        repair_(at) += pixel_of_patch(yi_ * static_cast<int>(axes_.down.stride) + s,
                                      xi_ * static_cast<int>(axes_.across.stride) + t, channel) *
                       w;
    }

    void define_conv() {
        const std::vector<Var> vars = Body::vars(4);
        const Expr k = vars[0], image = vars[3];
        const Expr tx = vars[1] / columns_of_tile_, ty = vars[2] / rows_of_tile_;
        const std::vector<Expr> at{
            k, vars[1] % columns_of_tile_, vars[2] % rows_of_tile_, tx, ty, image};
        const Expr is_bad = most_bits_(k / width_, tx, ty, image) >= Expr(uint32_t{0x7f800000});
        Expr value = select(is_bad, repair_(at), results_(at));
        if (anchor_.input_count() > 2) value = value + body_.at(anchor_.input(2), {k});
        conv_(vars) = strict_float(value);
    }

    void schedule_output() {
        const Var n = Body::axis_var(0), y = Body::axis_var(1), x = Body::axis_var(2),
                  k = Body::axis_var(3);
        const auto guard = TailStrategy::GuardWithIf;
        out_.compute_root()
            .split(k, ko_, k, width_, guard)
            .split(x, bx_, xi_, columns_of_tile_, guard)
            .split(y, by_, yi_, rows_of_tile_, guard)
            .split(bx_, bx_, ti_, block_[2], guard)
            .split(by_, by_, tj_, block_[1], guard)
            .split(n, bn_, ni_, block_[0], guard)
            .reorder({k, xi_, yi_, ti_, tj_, ni_, ko_, bx_, by_, bn_})
            .vectorize(k, lanes_);
        const int64_t across =
            ir::ceil_div(ir::ceil_div(type_.size(2).constant(), columns_of_tile_), block_[2]);
        const int64_t down =
            ir::ceil_div(ir::ceil_div(type_.size(1).constant(), rows_of_tile_), block_[1]);
        const int64_t images =
            type_.size(0).is_constant() ? ir::ceil_div(type_.size(0).constant(), block_[0]) : 1;
        const double flops = 2.0 * static_cast<double>(across * down * images) * block_[0] *
                             block_[1] * block_[2] * channels_ *
                             static_cast<double>(axes_.elements() * type_.size(3).constant());
        if (flops < 2e6) return;
        if (across * down * images >= enough_blocks || !type_.size(0).is_constant()) {
            const Var rows("rows"), task("task");
            out_.fuse(bx_, by_, rows).fuse(rows, bn_, task).parallel(task);
            block_loop_ = task;
        } else {
            out_.parallel(ko_);
            is_parallel_inside_ = true;
        }
    }

    /// Whole blocks are computed, also where the image ends earlier.
    void bound_block(Func& f) {
        f.bound_extent(tx_, block_[2]).bound_extent(ty_, block_[1]).bound_extent(image_, block_[0]);
    }

    /// What is computed for one patch and one panel, also where the image ends within the patch.
    void bound_patch(Func& f) {
        f.bound_extent(tx_, 1).bound_extent(ty_, 1).bound_extent(image_, 1);
    }

    void schedule_data() {
        const Var co("co");
        data_.compute_at(out_, block_loop_).store_in(large_on_stack);
        data_.bound_extent(c_, channels_).bound_extent(w_, patch_rows_ * patch_columns_);
        bound_block(data_);
        if (channels_ >= lanes_) {
            data_.split(c_, co, c_, lanes_, TailStrategy::ShiftInwards).vectorize(c_);
            rows_.vectorize(c_);
        } else {
            data_.split(c_, co, c_, channels_).vectorize(c_);
            rows_.vectorize(c_);
        }
        data_.reorder({c_, w_, tx_, ty_, image_, co}).unroll(w_);
        rows_.compute_at(data_, tx_).reorder({c_, j_, u_}).unroll(j_).unroll(u_);
        if (is_parallel_inside_ && channels_ >= 4 * lanes_) data_.parallel(co);
    }

    void schedule_products() {
        products_.compute_at(out_, ko_).store_in(large_on_stack);
        products_.bound_extent(k_, width_)
            .bound_extent(w_, patch_rows_ * patch_columns_)
            .reorder({k_, tx_, ty_, image_, w_});
        acc_.compute_at(products_, is_by_lines_ ? ty_ : w_).bound_extent(k_, width_);
        bound_block(products_);
        acc_.bound_extent(tx_, block_[2])
            .bound_extent(ty_, is_by_lines_ ? 1 : block_[1])
            .bound_extent(image_, is_by_lines_ ? 1 : block_[0]);
        for (Func* f : {&products_, &acc_}) f->vectorize(k_, lanes_).unroll(k_).unroll(tx_);
        Halide::Stage update = acc_.update();
        update.reorder({k_, tx_, ty_, image_, sum_})
            .vectorize(k_, sum_lanes(body_.target(), width_))
            .unroll(k_)
            .unroll(tx_);
        if (!is_by_lines_) {
            for (Func* f : {&products_, &acc_}) f->unroll(ty_).unroll(image_);
            update.unroll(ty_).unroll(image_);
        }
        schedule_steps(body_, anchor_, update, sum_, sum_.x.extent());
    }

    void schedule_results() {
        const Var vector("vector");
        results_.compute_at(out_, ti_).store_in(MemoryType::Stack);
        results_.bound_extent(k_, width_)
            .bound_extent(xi_, columns_of_tile_)
            .bound_extent(yi_, rows_of_tile_);
        results_.split(k_, vector, k_, lanes_)
            .reorder({k_, xi_, yi_, vector})
            .vectorize(k_)
            .unroll(xi_)
            .unroll(yi_);
        columns_.compute_at(results_, vector).bound_extent(k_, lanes_).reorder({k_, j_, yi_});
        columns_.vectorize(k_).unroll(j_).unroll(yi_);
        for (Func* f : {&results_, &columns_, &most_, &most_bits_, &repair_}) bound_patch(*f);
        most_.bound_extent(panel_, 1);
        most_bits_.bound_extent(panel_, 1);
    }

    void schedule_repair() {
        most_.compute_at(out_, ti_)
            .store_in(MemoryType::Stack)
            .bound_extent(lane_, lanes_)
            .vectorize(lane_);
        most_.update().reorder({lane_, all_.x, all_.y, all_.z}).vectorize(lane_);
        most_.update().unroll(all_.x).unroll(all_.y).unroll(all_.z);
        most_bits_.compute_at(out_, ti_).store_in(MemoryType::Stack);
        most_bits_.update().atomic().vectorize(lanes_dom_);
        repair_.compute_at(out_, ti_).store_in(MemoryType::Stack);
        repair_.bound_extent(k_, width_)
            .bound_extent(xi_, columns_of_tile_)
            .bound_extent(yi_, rows_of_tile_)
            .vectorize(k_, lanes_);
        repair_.update(0).reorder({k_, xi_, yi_, repair_start_}).vectorize(k_, lanes_);
        repair_.update(1)
            .reorder({k_, xi_, yi_, repair_sum_.x, repair_sum_.y, repair_sum_.z})
            .vectorize(k_, lanes_);
    }

    Body& body_;
    ir::Node& anchor_;
    const TensorType& type_;
    const ir::WinogradAxes axes_;
    int rows_of_tile_, columns_of_tile_;  ///< results
    int patch_rows_, patch_columns_;      ///< pixels
    int width_, channels_, lanes_;
    std::vector<int> block_;  ///< patches: images, rows, columns
    bool is_by_lines_;        ///< whether each line of a block is a tile of registers
    bool is_parallel_inside_ = false;
    Var c_{"c"}, j_{"j"}, k_{"k"}, u_{"u"}, w_{"w"}, xi_{"xi"}, yi_{"yi"};
    Var tx_{"tx"}, ty_{"ty"}, image_{"image"}, lane_{"lane"}, panel_{"panel"};
    Var ko_{"ko"}, bx_{"bx"}, by_{"by"}, bn_{"bn"}, ti_{"ti"}, tj_{"tj"}, ni_{"ni"};
    Var block_loop_ = bx_;
    RDom sum_, all_, lanes_dom_, repair_start_, repair_sum_;
    Func rows_{"rows"}, data_{"data"}, acc_{"acc"}, products_{"products"}, columns_{"columns"},
        results_{"results"};
    Func most_{"most"}, most_bits_{"most_bits"}, repair_{"repair"}, conv_{"conv"}, out_;
};

void schedule(const ir::Node&, Body& body) { Schedule(body).run(); }

}  // namespace

const Family winograd_family = {
    .name = "winograd", .fuses_multiply_add = true, .matches = matches, .schedule = schedule};

}  // namespace lithe::lower
