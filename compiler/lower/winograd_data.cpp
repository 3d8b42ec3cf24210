// The patches of an image, transformed for Winograd convolution: patch by patch, a vector of
// channels at a time in registers. A few vectors are gathered before they go where they belong: the
// elements of a patch lie far apart, often by a power of two, and single vectors there take as long
// as whole lines of memory.
#include <algorithm>

#include "compiler/lower/families.h"
#include "compiler/lower/winograd_transform.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::MemoryType;
using Halide::TailStrategy;
using Halide::Var;

/// Patches of a task, and elements of all that are worth a second thread.
constexpr int task_patches = 8;
constexpr int64_t parallel_elements = 1 << 17;
/// Of what is gathered.
constexpr int near_bytes = 16 << 10;

ir::Node* anchor_of(const ir::Graph& body) {
    ir::Node* anchor = nullptr;
    for (const auto& node : body.nodes()) {
        if (node->is("input")) continue;
        // In front: the order in which an operand lies in memory.
        if (!anchor && (node->is("permute") || node->is("reshape"))) continue;
        if (!node->is("winograd_data") || anchor) return nullptr;
        anchor = node.get();
    }
    return anchor;
}

bool matches(const ir::Node& group, const Target&, std::string& why) {
    const ir::Node* anchor = anchor_of(*group.body());
    const bool fits = anchor && group.types().size() == 1 && anchor->type().dtype == DType::f32;
    if (!fits) why = "winograd_data: not one winograd_data of f32 alone";
    return fits;
}

/// How many channels to gather, of which at most so many are near: pieces of them overlap little.
int piece_of(int channels, int lanes, int most) {
    int best = lanes, least = channels * 2;
    for (int piece = lanes; piece <= std::max(most, lanes); piece += lanes) {
        const int computed = (channels + piece - 1) / piece * piece;
        if (computed <= least) best = piece;
        least = std::min(least, computed);
    }
    return std::min(best, channels);
}

void schedule(const ir::Node&, Body& body) {
    ir::Node& anchor = *anchor_of(body.graph());
    const TensorType& type = anchor.type();
    const Attrs& attrs = anchor.attrs();
    const ir::WinogradAxes axes(attrs);
    const auto elements = static_cast<int>(axes.elements()),
               width = static_cast<int>(axes.across.size()),
               step_down = static_cast<int>(axes.down.step()),
               step_across = static_cast<int>(axes.across.step()),
               phases_across = static_cast<int>(ir::phases_along(attrs, 1));
    const ir::WinogradPatches patches =
        ir::winograd_patches(anchor.call(), anchor.input(0).type().shape);
    const Expr across = body.size(patches.across), down = body.size(patches.down);
    const Sizes pad = attrs.get_ints("pad_begin");

    const Var c = Body::axis_var(2), p = Body::axis_var(1), w = Body::axis_var(0);
    const Var j("j"), u("u"), phase("phase");
    const auto pixel = [&](int i, const Expr& column) {
        const Expr first_row = ir::phase_shift<Expr>(attrs, 0, phase / phases_across),
                   first_column = ir::phase_shift<Expr>(attrs, 1, phase % phases_across);
        return winograd_pixel(
            body, anchor.input(0), p / (across * down),
            p / across % down * step_down + first_row + (i - static_cast<int>(pad[0])),
            p % across * step_across + first_column + column - static_cast<int>(pad[1]), c);
    };
    Func rows("rows"), patch("patch"), out("data");
    rows(c, j, u, p, phase) =
        transform_row(axes.down.transforms().data, u, [&](int i) { return pixel(i, j); });
    patch(c, w, p, phase) =
        transform_row(axes.across.transforms().data, w % width,
                      [&](int column) { return rows(c, column, w / width, p, phase); });
    out(c, p, w) = patch(c, w % elements, p, w / elements);
    body.define(anchor.value(), out);
    body.define_rest();
    body.bind_output(out, type);
    body.bound_axes(out, type);

    const auto channels = static_cast<int>(type.size(2).constant());
    const int lanes = std::min(body.target().lanes(), channels);
    const int piece = piece_of(channels, lanes, near_bytes / (4 * elements));
    const Var co("co"), pieces("pieces"), task("task"), wi("wi");
    out.compute_root()
        .split(c, pieces, c, piece, TailStrategy::ShiftInwards)
        .split(c, co, c, lanes, TailStrategy::ShiftInwards)
        .split(w, w, wi, elements)
        .reorder({c, co, wi, w, pieces, p})
        .vectorize(c)
        .unroll(co);
    const bool is_large =
        !type.count().is_constant() || type.count().constant() >= parallel_elements;
    if (is_large) out.split(p, task, p, task_patches, TailStrategy::GuardWithIf).parallel(task);
    patch.compute_at(out, w).store_in(MemoryType::Stack);
    patch.bound_extent(c, piece).bound_extent(w, elements).bound_extent(p, 1);
    patch.bound_extent(phase, 1)
        .split(c, co, c, lanes, TailStrategy::ShiftInwards)
        .reorder({c, w, co})
        .vectorize(c)
        .unroll(w);
    rows.compute_at(patch, co).bound_extent(c, lanes).reorder({c, j, u}).vectorize(c);
    rows.bound_extent(p, 1).bound_extent(phase, 1).unroll(j).unroll(u);
}

}  // namespace

const Family winograd_data_family = {
    .name = "winograd_data", .fuses_multiply_add = true, .matches = matches, .schedule = schedule};

}  // namespace lithe::lower
