// Short sums along axes that are not innermost: depthwise convolution, pooling, sums over a batch
// or over the pixels of an image with channels innermost. The accumulators are vectors along the
// result's innermost axis, for several neighbours of the next axis at once.
#include <algorithm>

#include "compiler/ir/planes.h"
#include "compiler/lower/families.h"
#include "compiler/lower/parallel.h"
#include "compiler/lower/window_tree.h"
#include "dsl/reduce_loops.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::TailStrategy;
using Halide::Var;
using Halide::VarOrRVar;

/// One node that reduces, elementwise nodes behind it, permutes on either side.
const ir::Node* anchor_of(const ir::Graph& body) {
    const ir::Node* anchor = nullptr;
    for (const auto& node : body.nodes()) {
        if (node->is("input") || node->is("permute") || node->is("reshape")) continue;
        if (node->is(Trait::elementwise) && node->types().size() == 1) continue;
        if (anchor || !node->op().lower || node->is(Trait::random) || node->is(Trait::injective)) {
            return nullptr;
        }
        anchor = node.get();
    }
    return anchor;
}

bool is_window(const ir::Node& anchor) {
    if (anchor.is(Trait::reduction)) return true;
    if (anchor.input_count() == 1) return ir::is_pool(anchor);
    return anchor.attrs().has("stride") && anchor.attrs().has("groups") &&
           anchor.input(1).type().size(1).is_constant(1);
}

bool matches(const ir::Node& group, const Target&, std::string& why) {
    const ir::Node* anchor = anchor_of(*group.body());
    const bool fits = anchor && is_window(*anchor) && group.types().size() == 1 &&
                      group.type().rank() > 0 && group.type().dtype == DType::f32 &&
                      group.body()->outputs[0].value.index == 0;
    if (!fits) why = "window: not one window or reduction of f32 with one result";
    return fits;
}

class Schedule {
public:
    Schedule(const ir::Node& group, Body& body) : body_(body), type_(group.type()) {}

    void run() {
        body_.reduce_with([this](Reduce kind, const Coords& extents, const ReduceBody& value) {
            return accumulate(kind, extents, value);
        });
        body_.define_rest();
        Func out = body_.output();
        body_.bind_output(out, type_);
        out.compute_root();
        const int inner = type_.rank() - 1;
        const Var x = Body::axis_var(inner), xi("xi");
        const int lanes = body_.target().lanes();
        const Dim& size = type_.size(inner);
        const bool is_narrow = size.is_constant() && size.constant() < lanes;
        const int width = choose_width(size, lanes);
        out.split(x, x, xi, width, is_narrow ? TailStrategy::Auto : TailStrategy::GuardWithIf);
        if (!is_narrow) out.vectorize(xi, lanes);
        parallel_outer(body_, out, type_, cost_, width);
        const bool is_exact = size.is_constant() && size.constant() % width == 0;
        for (Accumulator& a : accumulators_) {
            a.sum.compute_at(out, x);
            a.sum.store_in(Halide::MemoryType::Stack);
            // Halide does not see that a tile of a row of unknown length is no longer than a tile.
            if (a.has_inner && !size.is_constant()) a.sum.bound_storage(inner_var(), width);
            if (!is_exact || !a.is_vector) continue;
            a.sum.bound_extent(inner_var(), width).unroll(inner_var());
            a.sum.update().unroll(inner_var());
        }
    }

private:
    struct Accumulator {
        Func sum;
        bool is_vector = false;  ///< along the result's innermost axis
        bool has_inner = false;  ///< it has that axis
    };

    /// Of what is summed up side by side: for long sums as much as registers hold, so that what is
    /// read of every pixel lies together.
    int choose_width(const Dim& size, int lanes) const {
        if (!size.is_constant()) return 2 * lanes;
        const int64_t channels = size.constant();
        if (channels < lanes) return static_cast<int>(std::max<int64_t>(channels, 1));
        if (accumulators_.empty() || channels % lanes != 0)
            return channels >= 2 * lanes ? 2 * lanes : lanes;
        int64_t vectors = std::min<int64_t>(channels / lanes, 8);
        while (channels / lanes % vectors != 0) --vectors;
        return static_cast<int>(vectors) * lanes;
    }

    Expr accumulate(Reduce kind, const Coords& extents, const ReduceBody& value) {
        if (const int64_t taps = known_product(extents); taps > 0 && taps <= most_window_taps) {
            cost_ = taps;
            return window_tree(kind, extents, value);
        }
        const Halide::RDom r = reduce_loops(extents);
        const Coords index = reduce_index(r);
        Expr element = value(index);
        const FreeVars free = free_vars(element, r);
        element = Halide::Internal::substitute(free.renamed, element);
        Func sum("sum");
        sum(free.parameters) = reduce_identity(kind, element.type());
        sum(free.parameters) = reduce_step(kind, sum(free.parameters), element);
        const Var inner = inner_var();
        const bool has_inner = std::any_of(free.parameters.begin(), free.parameters.end(),
                                           [&](const Var& v) { return v.name() == inner.name(); });
        const bool is_vector = schedule_sum(sum, r, free, extents, element.type().bytes());
        accumulators_.push_back({sum, is_vector, has_inner});
        return sum(free.arguments);
    }

    /// The axis of the anchor that the result's innermost axis is.
    Var inner_var() const {
        const ir::Node* anchor = anchor_of(body_.graph());
        int axis = type_.rank() - 1;
        for (ir::Value v = body_.graph().outputs[0].value; v.node != anchor;) {
            if (v.node->is("permute")) {
                axis = static_cast<int>(
                    v.node->attrs().get_shape("perm")[static_cast<size_t>(axis)].constant());
            }
            ir::Value next = v.node->input(0);
            for (const ir::Value& input : v.node->inputs()) {
                if (leads_to(input, anchor)) next = input;
            }
            v = next;
        }
        return Body::axis_var(axis);
    }

    static bool leads_to(ir::Value value, const ir::Node* anchor) {
        if (value.node == anchor) return true;
        for (const ir::Value& input : value.node->inputs()) {
            if (leads_to(input, anchor)) return true;
        }
        return false;
    }

    /// Whether the sum is made in vectors.
    bool schedule_sum(Func& sum, const Halide::RDom& r, const FreeVars& free, const Coords& extents,
                      int element_bytes) {
        const Var inner = inner_var();
        const bool has_inner = std::any_of(free.parameters.begin(), free.parameters.end(),
                                           [&](const Var& v) { return v.name() == inner.name(); });
        const int64_t taps = known_product(extents);
        cost_ = taps == 0 ? 64 : taps;
        const Dim& size = type_.shape.back();
        const int lanes = body_.target().lanes(element_bytes);
        if (!has_inner || (size.is_constant() && size.constant() < lanes)) return false;
        std::vector<VarOrRVar> order{inner};
        for (int i = 0; i < r.dimensions(); ++i) order.push_back(r[i]);
        sum.vectorize(inner, lanes);
        sum.update().reorder(order).vectorize(inner, lanes);
        return true;
    }

    Body& body_;
    const TensorType& type_;
    std::vector<Accumulator> accumulators_;
    int64_t cost_ = 1;
};

void schedule(const ir::Node& group, Body& body) { Schedule(group, body).run(); }

}  // namespace

const Family window_family = {.name = "window", .matches = matches, .schedule = schedule};

}  // namespace lithe::lower
