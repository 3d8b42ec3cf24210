#include "compiler/lower/rolling_lines.h"

#include <algorithm>
#include <bit>

#include "compiler/lower/epilogue.h"
#include "compiler/lower/parallel.h"
#include "compiler/lower/prefetch.h"
#include "compiler/lower/register_tile.h"
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
/// Bytes of a line's sums up to which a long rest of the group goes over all of them at once.
constexpr int64_t most_line_bytes = 4 << 10;

}  // namespace

RollingLines::RollingLines(Body& body, const ir::Node& front, const ir::Node& reader,
                           ir::Value image)
    : body_(body),
      front_(front),
      reader_(reader),
      image_(image),
      width_(static_cast<int>(front.input(1).type().shape.back().constant())),
      rows_(static_cast<int>(
          std::min(front.attrs().get_int("tile_rows"), front.type().size(2).constant()))),
      lanes_(std::min(body.target().lanes(), width_)) {}

void RollingLines::define() {
    body_.reduce_with([this](Reduce, const Coords& extents, const ReduceBody& value) {
        define_sum(extents, value);
        const std::vector<Var> vars = Body::vars(4);
        return tile_(std::vector<Expr>(vars.begin(), vars.end()));
    });
    const std::vector<Var> vars = Body::vars(4);
    ring_(vars) = Halide::strict_float(body_.at(image_, Coords(vars.rbegin(), vars.rend())));
    is_light_ = has_light_epilogue(body_, front_, &reader_);
    body_.define(image_, ring_);
    body_.reduce_with({});
}

void RollingLines::define_sum(const Coords& extents, const ReduceBody& value) {
    terms_ = reduce_loops(extents);
    const std::vector<Var> vars = Body::vars(4);
    sum_(vars) = 0.f;
    sum_(vars) = Body::add_term(sum_(vars), value(reduce_index(terms_)));
    tile_(vars) = sum_(vars);
}

void RollingLines::schedule(const Func& consumer, const Var& task, const Var& line, int64_t reach) {
    const Var c = Body::axis_var(3), x = Body::axis_var(2), y = Body::axis_var(1), tile("tile");
    // A power of two: a line's place is a mask of its number.
    const auto fold = static_cast<int>(std::bit_ceil(static_cast<uint64_t>(reach)));
    ring_.store_at(consumer, task)
        .compute_at(consumer, line)
        .store_in(Halide::MemoryType::Stack)
        .fold_storage(y, fold)
        .bound_extent(Body::axis_var(0), 1)
        .bound_extent(c, width_)
        .bound_extent(x, body_.size(front_.type().size(2)))
        .reorder({c, x, y})
        .vectorize(c, lanes_)
        .unroll(c);
    const bool is_by_lines = !is_light_ && goes_over_lines();
    Func& tiled = is_by_lines ? tile_ : ring_;
    if (is_by_lines) {
        tile_.compute_at(ring_, y).store_in(Halide::MemoryType::Stack).bound_extent(c, width_);
        tile_.vectorize(c, lanes_).unroll(c);
    }
    tiled.split(x, tile, x, rows_, TailStrategy::ShiftInwards);
    if (is_light_ || is_by_lines) tiled.unroll(x);
    schedule_tile(sum_, tiled, tile);
    if (!is_light_ && !is_by_lines)
        schedule_tile(tile_.store_in(Halide::MemoryType::Stack), ring_, tile);
    std::vector<VarOrRVar> order{c, x};
    for (int i = 0; i < terms_.dimensions(); ++i) order.emplace_back(terms_[i]);
    const int lanes = sum_lanes(body_.target(), width_);
    sum_.update().reorder(order).vectorize(c, lanes).unroll(c).unroll(x);
    schedule_steps(body_, front_, sum_.update(), terms_, terms_.x.extent());
}

/// Few registers hold tiles of so few vectors that these would wait for each other's long rest.
bool RollingLines::goes_over_lines() const {
    return body_.target().has_few_registers() &&
           4 * width_ * front_.type().size(2).constant() <= most_line_bytes;
}

/// In a tile of registers, or of the stack.
void RollingLines::schedule_tile(Func f, const Func& reader, const Var& tile) const {
    const Var c = Body::axis_var(3), x = Body::axis_var(2);
    f.compute_at(reader, tile).bound_extent(c, width_).bound_extent(x, rows_);
    f.vectorize(c, lanes_).unroll(c).unroll(x);
}

int RollingLines::strip_lines(int64_t height) const {
    const int64_t panels = front_.input(1).type().size(0).constant();
    const bool is_cut = panels < 8 && panels % 2 == 1 && height >= least_cut_lines;
    return static_cast<int>(is_cut ? (height + 1) / 2 : height);
}

bool RollingLines::is_parallel(double more) const {
    const TensorType& image = front_.type();
    const int64_t sums = lithe::product(front_.input(1).type().shape).constant() *
                         image.size(1).constant() * image.size(2).constant();
    const int64_t images = image.size(0).is_constant() ? image.size(0).constant() : 1;
    return static_cast<double>(images) * (2.0 * static_cast<double>(sums) + more) >=
           parallel_ns * flops_per_ns;
}

}  // namespace lithe::lower
