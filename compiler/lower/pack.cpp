// Rows [n, k] packed into panels [k, n]: of matrices, and of filters [n, c, taps]. A row's elements
// lie side by side in one place, those of one column in the other.
#include <algorithm>

#include "compiler/lower/anchor.h"
#include "compiler/lower/families.h"
#include "compiler/lower/parallel.h"

namespace lithe::lower {
namespace {

using Halide::Func;
using Halide::TailStrategy;
using Halide::Var;

/// Of the small tiles that go through registers.
constexpr int edge = 8;

bool is_pack(const ir::Node& node) {
    if (node.is("pack_panels")) return !node.attrs().get_bool("transposed");
    return node.is("pack_filters");
}

bool has_taps(const ir::Node& pack) {
    const TensorType& w = pack.input(0).type();
    return pack.is("pack_filters") &&
           !std::all_of(w.shape.begin() + 2, w.shape.end(),
                        [](const Dim& size) { return size.is_constant(1); });
}

/// Elementwise nodes alone in front: what is read side by side is.
bool reads_rows(const ir::Graph& body) {
    return std::none_of(body.nodes().begin(), body.nodes().end(), [](const auto& node) {
        return node->is(Trait::injective) && node->input_count() > 0 && !node->is("expand") &&
               !node->is("reshape");
    });
}

bool matches(const ir::Node& group, const Target&, std::string& why) {
    const ir::Node* pack = last_anchor(*group.body(), is_pack);
    const bool is_known = pack && reads_rows(*group.body()) && pack->type().dtype == DType::f32 &&
                          group.types().size() == 1 &&
                          pack->type().size(pack->type().rank() - 2).is_constant();
    const bool fits =
        is_known &&
        (has_taps(*pack) ? pack->type().count().is_constant()
                         : pack->type().size(pack->type().rank() - 2).constant() >= edge);
    if (!fits) why = "pack: not the packing of rows of at least 8 elements, known early";
    return fits;
}

/// Of panels that a second-level cache holds, as those of activations.
constexpr int64_t near_bytes = 512 << 10;

bool is_near(const TensorType& type) {
    const Dim count = type.count();
    return !count.is_constant() || 4 * count.constant() <= near_bytes;
}

/// Runs of a row into columns: a vector is read at once and its elements written apart. Of a row
/// nearby one vector, and those of the next rows beside it; else runs of a few lines of memory,
/// which are asked for ahead; what they fill stays near.
void schedule_rows(Func& out, const TensorType& type) {
    const int rank = type.rank();
    const Var n = Body::axis_var(rank - 1), k = Body::axis_var(rank - 2), ki("ki"), kj("kj");
    if (is_near(type)) {
        const Var ni("ni");
        const int64_t rows = std::min<int64_t>(edge, type.size(rank - 1).constant());
        out.split(k, k, ki, edge, TailStrategy::ShiftInwards)
            .split(n, n, ni, static_cast<int>(rows))
            .reorder(ni, ki, n, k)
            .vectorize(ki)
            .unroll(ni);
        return;
    }
    int run = 64;
    while (run > edge && run > type.size(rank - 2).constant()) run /= 2;
    out.split(k, k, kj, run, TailStrategy::ShiftInwards)
        .split(kj, kj, ki, edge)
        .reorder(ki, kj, n, k)
        .vectorize(ki)
        .unroll(kj);
}

/// A vector of filters for all taps of some channels, which lie side by side: its elements are read
/// apart and written at once.
void schedule_taps(Func& out, const TensorType& type, int lanes) {
    constexpr int channels_at_once = 16;
    const int rank = type.rank();
    const Var i = Body::axis_var(rank - 1), c = Body::axis_var(rank - 2), io("io"), ci("ci");
    const int64_t channels = type.size(rank - 2).constant(), width = type.size(rank - 1).constant();
    out.split(c, c, ci, static_cast<int>(std::min<int64_t>(channels_at_once, channels)),
              TailStrategy::ShiftInwards)
        .split(i, io, i, static_cast<int>(std::min<int64_t>(lanes, width)),
               TailStrategy::ShiftInwards)
        .vectorize(i);
    std::vector<Halide::VarOrRVar> order{i};
    for (int axis = rank - 2; axis-- > 1;) order.emplace_back(Body::axis_var(axis));
    for (const Var& loop : {ci, io, c, Body::axis_var(0)}) order.emplace_back(loop);
    out.reorder(order);
}

void schedule(const ir::Node& group, Body& body) {
    body.define_rest();
    Func out = body.output();
    body.bind_output(out, group.type());
    out.compute_root();
    if (has_taps(*last_anchor(body.graph(), is_pack))) {
        schedule_taps(out, group.type(), body.target().lanes());
    } else {
        schedule_rows(out, group.type());
    }
    parallel_outer(body, out, group.type());
}

}  // namespace

const Family pack_family = {.name = "pack", .matches = matches, .schedule = schedule};

}  // namespace lithe::lower
