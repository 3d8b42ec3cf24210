// The patches of an image, transformed for Winograd convolution: patch by patch, a vector of
// channels at a time in registers.
#include <algorithm>

#include "compiler/lower/families.h"
#include "compiler/lower/winograd_transform.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::TailStrategy;
using Halide::Var;

/// Patches of a task, and elements of all that are worth a second thread.
constexpr int task_patches = 8;
constexpr int64_t parallel_elements = 1 << 17;

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

void schedule(const ir::Node&, Body& body) {
    ir::Node& anchor = *anchor_of(body.graph());
    const TensorType& type = anchor.type();
    const int64_t tile = anchor.attrs().get_int("tile");
    const int size = static_cast<int>(tile) + 2, step = static_cast<int>(tile);
    const ir::WinogradTransforms& transforms = ir::winograd_transforms(tile);
    const ir::WinogradPatches patches =
        ir::winograd_patches(anchor.call(), anchor.input(0).type().shape);
    const Expr across = body.size(patches.across), down = body.size(patches.down);
    const Sizes pad = anchor.attrs().get_ints("pad_begin");

    const Var c = Body::axis_var(2), p = Body::axis_var(1), w = Body::axis_var(0), j("j"), u("u");
    const auto pixel = [&](int i, const Expr& column) {
        return winograd_pixel(body, anchor.input(0), p / (across * down),
                              p / across % down * step + (i - static_cast<int>(pad[0])),
                              p % across * step + column - static_cast<int>(pad[1]), c);
    };
    Func rows("rows"), out("data");
    rows(c, j, u, p) = transform_row(transforms.data, u, [&](int i) { return pixel(i, j); });
    out(c, p, w) =
        transform_row(transforms.data, w % size, [&](int i) { return rows(c, i, w / size, p); });
    body.define(anchor.value(), out);
    body.define_rest();
    body.bind_output(out, type);
    for (int axis = 0; axis < 3; ++axis)
        out.bound(Body::axis_var(axis), 0, body.size(type.size(axis)));

    const auto channels = static_cast<int>(type.size(2).constant());
    const int lanes = std::min(body.target().lanes(), channels);
    const Var co("co"), task("task");
    out.compute_root()
        .split(c, co, c, lanes, TailStrategy::ShiftInwards)
        .reorder({c, w, co, p})
        .vectorize(c)
        .unroll(w);
    const bool is_large =
        !type.count().is_constant() || type.count().constant() >= parallel_elements;
    if (is_large) out.split(p, task, p, task_patches, TailStrategy::GuardWithIf).parallel(task);
    rows.compute_at(out, co).bound_extent(c, lanes).reorder({c, j, u}).vectorize(c);
    rows.bound_extent(p, 1).unroll(j).unroll(u);
}

}  // namespace

const Family winograd_data_family = {
    .name = "winograd_data", .fuses_multiply_add = true, .matches = matches, .schedule = schedule};

}  // namespace lithe::lower
