// Moves of a matrix across: reads run along one axis, writes along another. Squares go through
// registers, whole vectors in and out. Takes a permute that changes the innermost axis, elementwise
// nodes in front of it, and a padding behind.
#include <algorithm>
#include <bit>

#include "compiler/ir/sizes.h"
#include "compiler/lower/families.h"
#include "compiler/lower/parallel.h"
#include "compiler/lower/turn.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::RVar;
using Halide::Var;

constexpr int64_t least_edge = 4;

bool has_room(const Dim& size) { return size.is_constant() && size.constant() >= least_edge; }

struct Anchors {
    ir::Node* permute = nullptr;
    ir::Node* pad = nullptr;  ///< null where nothing is put around the result
};

/// Whether a padding adds known numbers of elements, and takes none away.
bool adds_elements(const ir::Node& pad) {
    for (const char* side : {"begin", "end"}) {
        for (const Dim& count : pad.attrs().get_shape(side))
            if (!count.is_constant() || count.constant() < 0) return false;
    }
    return true;
}

/// Those of a body of elementwise nodes with a permute behind them.
Anchors anchors_of(const ir::Graph& body) {
    Anchors anchors;
    if (body.outputs.size() != 1) return {};
    ir::Node* last = body.outputs[0].value.node;
    if (last->is("pad") && adds_elements(*last)) {
        anchors.pad = last;
        last = last->input(0).node;
    }
    if (!last->is("permute")) return {};
    anchors.permute = last;
    for (const auto& node : body.nodes()) {
        const bool is_simple = node->is(Trait::elementwise) && node->types().size() == 1;
        const bool is_anchor = node.get() == last || node.get() == anchors.pad;
        if (!node->is("input") && !is_anchor && !is_simple) return {};
    }
    return anchors;
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
    const ir::Node* permute = anchors_of(*group.body()).permute;
    const bool fits = permute && permute->type().dtype == DType::f32 &&
                      permute->type().rank() > 1 &&
                      read_axis(*permute) != permute->type().rank() - 1 &&
                      has_room(permute->type().shape.back()) &&
                      has_room(permute->type().size(read_axis(*permute)));
    if (!fits) why = "transpose: not one permute of at least 4 x 4 elements, known early";
    return fits;
}

class Schedule {
public:
    Schedule(Body& body, const Anchors& anchors)
        : body_(body),
          permute_(*anchors.permute),
          pad_(anchors.pad),
          type_(permute_.type()),
          write_(type_.rank() - 1),
          read_(read_axis(permute_)) {
        const int64_t room = std::min(type_.size(write_).constant(), type_.size(read_).constant());
        edge_ = static_cast<int>(std::min<uint64_t>(static_cast<uint64_t>(body.target().lanes()),
                                                    std::bit_floor(static_cast<uint64_t>(room))));
    }

    void run() {
        std::vector<int> lead;
        std::vector<Var> lead_vars;
        for (int axis = 0; axis < type_.rank(); ++axis) {
            if (axis == write_ || axis == read_) continue;
            lead.push_back(axis);
            lead_vars.push_back(Body::axis_var(axis));
        }
        Turn turn(edge_, lead_vars, [&](const Turn::Place& row, const Turn::Place& column) {
            return element(row, column);
        });

        // In the order of loops, the innermost first.
        Halide::Region loops{{0, edge_}, {0, edge_}, {0, squares(write_)}, {0, squares(read_)}};
        for (size_t i = lead.size(); i-- > 0;)
            loops.push_back({0, body_.size(type_.size(lead[i]))});
        const Halide::RDom r(loops);
        const Turn::Place row{r[2], r[0]}, column{r[3], r[1]};
        std::vector<Expr> lead_at;
        Coords at(static_cast<size_t>(type_.rank()));
        for (size_t i = 0; i < lead.size(); ++i) {
            lead_at.emplace_back(r[static_cast<int>(4 + lead.size() - 1 - i)]);
            at[static_cast<size_t>(lead[i])] = lead_at.back();
        }
        at[static_cast<size_t>(write_)] = place(write_, row);
        at[static_cast<size_t>(read_)] = place(read_, column);
        for (int axis = 0; axis < type_.rank(); ++axis)
            at[static_cast<size_t>(axis)] += begin(axis);

        Func out("moved");
        out(Body::vars(type_.rank())) = Halide::undef<float>();
        ir::Node& result = pad_ ? *pad_ : permute_;
        if (pad_) fill_around(out);
        out(std::vector<Expr>(at.rbegin(), at.rend())) = turn.at(row, column, lead_at);
        body_.define(result.value(), out);
        body_.bind_output(out, result.type());
        body_.bound_axes(out, result.type());
        out.compute_root();
        Halide::Stage moves = out.update(out.num_update_definitions() - 1);
        moves.allow_race_conditions().vectorize(r[0]).unroll(r[1]);
        turn.schedule(Halide::LoopLevel(out, r[2]));
        if (is_large()) make_parallel(moves, r);
    }

private:
    int begin(int axis) const {
        return pad_ ? static_cast<int>(pad_->attrs().get_ints("begin")[static_cast<size_t>(axis)])
                    : 0;
    }

    /// What is padded, side by side.
    void fill_around(Func& out) const {
        const auto value = static_cast<float>(pad_->attrs().get_float("value"));
        const Var x = Body::axis_var(write_);
        const auto fill = [&](int axis, const Expr& from, int64_t count) {
            if (count == 0) return;
            const Halide::RDom slab(0, static_cast<int>(count));
            std::vector<Expr> at;
            for (const Var& v : Body::vars(type_.rank())) at.emplace_back(v);
            at[static_cast<size_t>(type_.rank() - 1 - axis)] = from + slab;
            out(at) = value;
            if (axis != write_)
                out.update(out.num_update_definitions() - 1)
                    .vectorize(x, body_.target().lanes(), Halide::TailStrategy::GuardWithIf);
        };
        for (int axis = 0; axis < type_.rank(); ++axis) {
            fill(axis, 0, begin(axis));
            fill(axis, begin(axis) + body_.size(type_.size(axis)),
                 pad_->attrs().get_ints("end")[static_cast<size_t>(axis)]);
        }
    }

    int squares(int axis) const {
        return static_cast<int>(ir::ceil_div(type_.size(axis).constant(), edge_));
    }

    /// The last square of an axis begins within the one before.
    Expr place(int axis, const Turn::Place& at) const {
        const auto size = static_cast<int>(type_.size(axis).constant());
        return min(at.square * edge_, size - edge_) + at.within;
    }

    Expr element(const Turn::Place& row, const Turn::Place& column) {
        const Sizes perm = permute_.attrs().get_ints("perm");
        Coords at(perm.size());
        for (size_t axis = 0; axis < perm.size(); ++axis) {
            const int result_axis = static_cast<int>(axis);
            at[static_cast<size_t>(perm[axis])] = result_axis == write_ ? place(write_, row)
                                                  : result_axis == read_
                                                      ? place(read_, column)
                                                      : Body::axis_var(result_axis);
        }
        return body_.at(permute_.input(0), at);
    }

    bool is_large() const {
        const Dim count = type_.count();
        return count.is_constant() && count.constant() >= parallel_threshold;
    }

    void make_parallel(Halide::Stage& moves, const Halide::RDom& r) const {
        RVar task = r[3];
        if (r.dimensions() > 4) {
            const RVar fused("task");
            moves.fuse(task, r[r.dimensions() - 1], fused);
            task = fused;
        }
        moves.parallel(task);
    }

    Body& body_;
    ir::Node& permute_;
    ir::Node* pad_;
    const TensorType& type_;  ///< without what is put around
    int write_, read_, edge_ = 1;
};

void schedule(const ir::Node&, Body& body) { Schedule(body, anchors_of(body.graph())).run(); }

}  // namespace

const Family transpose_family = {.name = "transpose", .matches = matches, .schedule = schedule};

}  // namespace lithe::lower
