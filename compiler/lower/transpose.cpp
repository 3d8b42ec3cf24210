// Moves of a matrix across: reads run along one axis, writes along another. Small square tiles go
// through registers. Takes a permute that changes the innermost axis.
#include <algorithm>

#include "compiler/lower/families.h"
#include "compiler/lower/parallel.h"

namespace lithe::lower {
namespace {

using Halide::Func;
using Halide::TailStrategy;
using Halide::Var;

constexpr int edge = 8;

bool has_room(const Dim& size) { return size.is_constant() && size.constant() >= edge; }

/// The only node of the body beside its input, if it is `name`.
const ir::Node* only_node(const ir::Graph& body, std::string_view name) {
    const auto& nodes = body.nodes();
    const bool fits = nodes.size() == 2 && nodes[0]->is("input") && nodes[1]->is(name) &&
                      body.outputs.size() == 1 && nodes[1]->type().dtype == DType::f32;
    return fits ? nodes[1].get() : nullptr;
}

/// The axis of a permute's result that is innermost in its operand.
int read_axis(const ir::Node& permute) {
    const Sizes perm = permute.attrs().get_ints("perm");
    for (size_t i = 0; i < perm.size(); ++i) {
        if (perm[i] == static_cast<int64_t>(perm.size()) - 1) return static_cast<int>(i);
    }
    return -1;
}

bool matches(const ir::Node& group, const Target&, std::string& why) {
    const ir::Node* permute = only_node(*group.body(), "permute");
    const bool fits = permute && permute->type().rank() > 1 &&
                      read_axis(*permute) != permute->type().rank() - 1 &&
                      has_room(permute->type().shape.back()) &&
                      has_room(permute->type().size(read_axis(*permute)));
    if (!fits) why = "transpose: not one permute of at least 8 x 8 elements, known early";
    return fits;
}

void schedule(const ir::Node& group, Body& body) {
    body.define_rest();
    Func out = body.output();
    const TensorType& type = group.type();
    body.bind_output(out, type);
    const ir::Node& permute = *only_node(body.graph(), "permute");
    const int write = type.rank() - 1, read = read_axis(permute);
    const Var x = Body::axis_var(write), y = Body::axis_var(read), xi("xi"), yi("yi");
    out.compute_root()
        .split(x, x, xi, edge, TailStrategy::ShiftInwards)
        .split(y, y, yi, edge, TailStrategy::ShiftInwards);
    std::vector<Halide::VarOrRVar> order{xi, yi, x, y};
    int outer = -1;
    for (int axis = type.rank(); axis-- > 0;) {
        if (axis == write || axis == read) continue;
        order.push_back(Body::axis_var(axis));
        outer = axis;
    }
    out.reorder(order).vectorize(xi).unroll(yi);
    const Dim count = type.count();
    const bool is_large = count.is_constant() && count.constant() >= parallel_threshold;
    if (is_large) {
        const Var task("task");
        if (outer >= 0) {
            out.fuse(y, Body::axis_var(outer), task).parallel(task);
        } else {
            out.parallel(y);
        }
    }
    Func in = body.input(0).in();
    const int crossing =
        type.rank() - 1 -
        static_cast<int>(permute.attrs().get_ints("perm")[static_cast<size_t>(write)]);
    const Var along = in.args()[0], across = in.args()[static_cast<size_t>(crossing)];
    in.compute_at(out, x).vectorize(along, edge).unroll(across);
    in.bound_extent(along, edge).bound_extent(across, edge);
}

}  // namespace

const Family transpose_family = {.name = "transpose", .matches = matches, .schedule = schedule};

}  // namespace lithe::lower
