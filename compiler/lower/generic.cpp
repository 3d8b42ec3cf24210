// The family that takes every body: each output is computed on its own, vectorised along its
// innermost axis, everything before it inlined.
#include <algorithm>

#include "compiler/ir/sizes.h"
#include "compiler/lower/families.h"
#include "compiler/lower/parallel.h"

namespace lithe::lower {
namespace {

using Halide::Func;

bool matches(const ir::Node&, const Target&, std::string&) { return true; }

/// Whether Halide 21 refuses vectors: of a lone row that is read backwards and leaves a part of a
/// vector over.
bool refuses_vectors(const Body& body, const TensorType& type) {
    const auto& nodes = body.graph().nodes();
    const bool is_backwards =
        std::any_of(nodes.begin(), nodes.end(), [](const auto& node) { return node->is("flip"); });
    const Dim& length = type.shape.back();
    const int lanes = body.target().lanes(static_cast<int>(size_bytes(type.dtype)));
    return is_backwards && ir::all_are({type.shape.begin(), type.shape.end() - 1}, 1) &&
           length.is_constant() && length.constant() % lanes != 0;
}

void schedule_output(Body& body, Func& f, const TensorType& type) {
    body.bind_output(f, type);
    f.compute_root();
    if (type.rank() == 0 || refuses_vectors(body, type)) return;
    // Axes of one element at the end are no loops.
    TensorType looped = type;
    while (looped.rank() > 1 && looped.shape.back().is_constant(1)) looped.shape.pop_back();
    const int64_t step = vectorize_inner(body, f, looped);
    const bool is_short = step == 1 && looped.shape.back().constant() > 1;
    if (is_short) f.vectorize(Body::axis_var(looped.rank() - 1));
    parallel_outer(body, f, looped, 1, step);
}

void schedule(const ir::Node& group, Body& body) {
    body.define_rest();
    for (size_t i = 0; i < body.graph().outputs.size(); ++i) {
        schedule_output(body, body.output(static_cast<int>(i)), group.type(static_cast<int>(i)));
    }
}

}  // namespace

const Family generic_family = {.name = "generic", .matches = matches, .schedule = schedule};

}  // namespace lithe::lower
