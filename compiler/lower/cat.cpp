// Operands one after the other along an axis: each is copied on its own into its part of the
// result, also where it is repeated along other axes.
#include "compiler/lower/families.h"
#include "compiler/lower/parallel.h"
#include "dsl/reduce_loops.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::RDom;

/// The only node beside its inputs and what repeats them, if it is a cat.
ir::Node* anchor_of(const ir::Graph& body) {
    ir::Node* anchor = nullptr;
    for (const auto& node : body.nodes()) {
        if (node->is("input")) continue;
        if (node->is("expand") && node->input(0).node->is("input")) continue;
        if (anchor || !node->is("cat")) return nullptr;
        anchor = node.get();
    }
    return anchor;
}

bool matches(const ir::Node& group, const Target&, std::string& why) {
    const bool fits = anchor_of(*group.body()) && group.types().size() == 1;
    if (!fits) why = "cat: not one cat alone";
    return fits;
}

void schedule(const ir::Node&, Body& body) {
    ir::Node& anchor = *anchor_of(body.graph());
    const TensorType& type = anchor.type();
    const int rank = type.rank();
    const auto axis = static_cast<size_t>(anchor.attrs().get_int("axis"));
    const int lanes = body.target().lanes(static_cast<int>(size_bytes(type.dtype)));
    Func out("cat");
    out(Body::vars(rank)) = Halide::undef(halide_type(type.dtype));
    Expr begin = 0;
    for (int i = 0; i < anchor.input_count(); ++i) {
        const Shape& shape = anchor.input(i).type().shape;
        Coords extents;
        for (const Dim& dim : shape) extents.push_back(body.size(dim));
        const RDom r = reduce_loops(extents);
        const Coords from = reduce_index(r);
        std::vector<Expr> to;
        for (size_t k = shape.size(); k-- > 0;) {
            to.push_back(k == axis ? simplify(from[k] + begin) : from[k]);
        }
        out(to) = body.at(anchor.input(i), from);
        begin = simplify(begin + body.size(shape[axis]));
    }
    body.define(anchor.value(), out);
    body.bind_output(out, type);
    out.compute_root();
    const bool is_large =
        type.count().is_constant() && type.count().constant() >= 2 * parallel_threshold;
    for (int i = 0; i < anchor.input_count(); ++i) {
        Halide::Stage part = out.update(i);
        const std::vector<Halide::Internal::ReductionVariable>& loops =
            out.function().update(i).schedule().rvars();
        const Halide::RVar inner(loops[0].var);
        part.vectorize(inner, lanes);
        if (!is_large || rank < 2) continue;
        size_t outer = loops.size() - 1;
        const Shape& shape = anchor.input(i).type().shape;
        while (outer > 1 && shape[shape.size() - 1 - outer].is_constant(1)) --outer;
        part.parallel(Halide::RVar(loops[outer].var));
    }
}

}  // namespace

const Family cat_family = {.name = "cat", .matches = matches, .schedule = schedule};

}  // namespace lithe::lower
