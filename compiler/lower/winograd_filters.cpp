// Filters transformed for Winograd convolution, in panels. Taps of one filter lie side by side,
// results of many filters: a few channels of a panel's taps are moved across first, then every
// vector of filters is transformed in registers. What becomes of one element lies far from the
// next, so the results are gathered too before they go where they belong.
#include <algorithm>

#include "compiler/lower/anchor.h"
#include "compiler/lower/families.h"
#include "compiler/lower/winograd_transform.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::MemoryType;
using Halide::TailStrategy;
using Halide::Var;

/// Of what is gathered.
constexpr int64_t near_bytes = 24 << 10;
/// Elements of all results that are worth a second thread.
constexpr int64_t parallel_elements = 1 << 16;

bool is_pack(const ir::Node& node) { return node.is("pack_winograd"); }

bool matches(const ir::Node& group, const Target&, std::string& why) {
    const ir::Node* anchor = last_anchor(*group.body(), is_pack);
    const bool fits = anchor && group.types().size() == 1 && anchor->type().dtype == DType::f32 &&
                      anchor->type().count().is_constant();
    if (!fits) why = "winograd_filters: not one pack_winograd of f32 with moves in front";
    return fits;
}

/// The taps of some filters, as many filters side by side; those beyond the last are 0.
Func taps_of(Body& body, const ir::Node& anchor, const std::vector<Var>& args) {
    const auto panel_width = static_cast<int>(anchor.attrs().get_int("panel"));
    const auto filters = static_cast<int>(anchor.input(0).type().size(0).constant() /
                                          ir::phase_count(anchor.attrs()));
    const Var &i = args[0], &t = args[1], &s = args[2], &c = args[3], &panel = args[4],
              &phase = args[5];
    const Expr k = panel * panel_width + i;
    const bool is_even = filters % panel_width == 0;
    const Expr filter = phase * filters + (is_even ? k : min(k, filters - 1));
    const Expr tap = body.at(anchor.input(0), {filter, c, s, t});
    Func taps("taps");
    taps(args) = is_even ? tap : select(k < filters, tap, 0.f);
    return taps;
}

struct Stages {
    Func taps, rows, patch, out;
    Var t, s, u, w;  ///< taps across and down, rows of results, results of a patch
};

Stages define(Body& body, const ir::Node& anchor, const ir::WinogradAxes& axes) {
    const auto elements = static_cast<int>(axes.elements()),
               width = static_cast<int>(axes.across.size());
    const bool by_element = ir::is_by_element(anchor.attrs());
    const Var i = Body::axis_var(3), c = Body::axis_var(2),
              panel = Body::axis_var(by_element ? 1 : 0), e = Body::axis_var(by_element ? 0 : 1);
    const Var t("t"), s("s"), u("u"), w("w"), phase("phase");
    Stages f{taps_of(body, anchor, {i, t, s, c, panel, phase}),
             Func("rows"),
             Func("patch"),
             Func("filters"),
             t,
             s,
             u,
             w};
    f.rows(i, t, u, c, panel, phase) =
        transform_row(axes.down.transforms().filter, u,
                      [&](int row) { return f.taps(i, t, row, c, panel, phase); });
    f.patch(i, c, w, panel, phase) =
        transform_row(axes.across.transforms().filter, w % width,
                      [&](int column) { return f.rows(i, column, w / width, c, panel, phase); });
    std::vector<Var> order{i, c, panel, e};
    if (!by_element) std::swap(order[2], order[3]);
    f.out(order) = f.patch(i, c, e % elements, panel, e / elements);
    return f;
}

void schedule(const ir::Node&, Body& body) {
    ir::Node& anchor = *last_anchor(body.graph(), is_pack);
    const TensorType& type = anchor.type();
    const ir::WinogradAxes axes = ir::winograd_axes_of_filters(anchor.call());
    Stages f = define(body, anchor, axes);
    body.define(anchor.value(), f.out);
    body.define_rest();
    body.bind_output(f.out, type);
    body.bound_axes(f.out, type);

    const bool by_element = ir::is_by_element(anchor.attrs());
    const Var i = Body::axis_var(3), c = Body::axis_var(2),
              panel = Body::axis_var(by_element ? 1 : 0), e = Body::axis_var(by_element ? 0 : 1);
    const int64_t filters = type.size(3).constant(), channels = type.size(2).constant();
    const auto lanes = static_cast<int>(std::min<int64_t>(body.target().lanes(), filters));
    const auto elements = static_cast<int>(axes.elements());
    const auto piece = static_cast<int>(
        std::clamp<int64_t>(near_bytes / (4 * axes.elements() * filters), 1, channels));
    const Var io("io"), ci("ci"), ei("ei"), task("task");
    f.out.compute_root()
        .split(c, c, ci, piece, TailStrategy::ShiftInwards)
        .split(i, io, i, lanes, TailStrategy::ShiftInwards)
        .split(e, e, ei, elements)
        .reorder({i, io, ci, ei, c, panel, e})
        .vectorize(i)
        .fuse(c, panel, task)
        .fuse(task, e, task);
    if (type.count().constant() >= parallel_elements) f.out.parallel(task);
    f.taps.compute_at(f.out, task).store_in(MemoryType::Stack);
    f.taps.split(i, io, i, lanes, TailStrategy::ShiftInwards)
        .reorder({i, f.t, f.s, c, io})
        .vectorize(i)
        .unroll(f.t);
    f.patch.compute_at(f.out, task).store_in(MemoryType::Stack);
    f.patch.bound_extent(f.w, elements)
        .split(i, io, i, lanes, TailStrategy::ShiftInwards)
        .reorder({i, f.w, io, c})
        .vectorize(i)
        .unroll(f.w);
    f.rows.compute_at(f.patch, io).bound_extent(i, lanes).reorder({i, f.t, f.u}).vectorize(i);
    f.rows.unroll(f.t).unroll(f.u);
}

}  // namespace

const Family winograd_filters_family = {
    .name = "winograd_filters", .matches = matches, .schedule = schedule};

}  // namespace lithe::lower
