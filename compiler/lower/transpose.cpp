// Moves of a matrix across: reads run along one axis, writes along another. Squares go through
// registers, whole vectors in and out. Takes a permute that changes the innermost axis, and
// elementwise nodes in front of it.
#include <algorithm>
#include <bit>

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

/// The permute that makes the result of a body of elementwise nodes.
ir::Node* permute_of(const ir::Graph& body) {
    ir::Node* const last = body.outputs[0].value.node;
    if (!last->is("permute") || body.outputs.size() != 1) return nullptr;
    for (const auto& node : body.nodes()) {
        const bool is_simple = node->is(Trait::elementwise) && node->types().size() == 1;
        if (!node->is("input") && node.get() != last && !is_simple) return nullptr;
    }
    return last;
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
    const ir::Node* permute = permute_of(*group.body());
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
    Schedule(Body& body, ir::Node& permute)
        : body_(body),
          permute_(permute),
          type_(permute.type()),
          write_(type_.rank() - 1),
          read_(read_axis(permute)) {
        const int64_t room = std::min(type_.size(write_).constant(), type_.size(read_).constant());
        edge_ = static_cast<int>(std::min<uint64_t>(static_cast<uint64_t>(body.target().lanes()),
                                                    std::bit_floor(static_cast<uint64_t>(room))));
    }

    void run() {
        std::vector<Var> lead;
        for (int axis = 0; axis < type_.rank(); ++axis)
            if (axis != write_ && axis != read_) lead.push_back(Body::axis_var(axis));
        Turn turn(edge_, lead, [&](const Turn::Place& row, const Turn::Place& column) {
            return element(row, column);
        });

        // In the order of loops, the innermost first.
        Halide::Region loops{{0, edge_}, {0, edge_}, {0, squares(write_)}, {0, squares(read_)}};
        for (size_t i = lead.size(); i-- > 0;)
            loops.push_back({0, body_.size(type_.size(axis_of(lead[i])))});
        const Halide::RDom r(loops);
        const Turn::Place row{r[2], r[0]}, column{r[3], r[1]};
        std::vector<Expr> lead_at;
        Coords at(static_cast<size_t>(type_.rank()));
        for (size_t i = 0; i < lead.size(); ++i) {
            lead_at.emplace_back(r[static_cast<int>(4 + lead.size() - 1 - i)]);
            at[static_cast<size_t>(axis_of(lead[i]))] = lead_at.back();
        }
        at[static_cast<size_t>(write_)] = place(write_, row);
        at[static_cast<size_t>(read_)] = place(read_, column);

        Func out("moved");
        out(Body::vars(type_.rank())) = Halide::undef<float>();
        out(std::vector<Expr>(at.rbegin(), at.rend())) = turn.at(row, column, lead_at);
        body_.define(permute_.value(), out);
        body_.bind_output(out, type_);
        body_.bound_axes(out, type_);
        out.compute_root();
        Halide::Stage moves = out.update();
        moves.allow_race_conditions().vectorize(r[0]).unroll(r[1]);
        turn.schedule(Halide::LoopLevel(out, r[2]));
        if (is_large()) make_parallel(moves, r);
    }

private:
    static int axis_of(const Var& var) {
        for (int axis = 0;; ++axis)
            if (Body::axis_var(axis).name() == var.name()) return axis;
    }

    int squares(int axis) const {
        return static_cast<int>((type_.size(axis).constant() + edge_ - 1) / edge_);
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
    const TensorType& type_;
    int write_, read_, edge_ = 1;
};

void schedule(const ir::Node&, Body& body) { Schedule(body, *permute_of(body.graph())).run(); }

}  // namespace

const Family transpose_family = {.name = "transpose", .matches = matches, .schedule = schedule};

}  // namespace lithe::lower
