// The family that takes every body: each output is computed on its own, vectorised along its
// innermost axis, everything before it inlined.
#include "compiler/lower/families.h"
#include "compiler/lower/parallel.h"

namespace lithe::lower {
namespace {

using Halide::Func;

bool matches(const ir::Node&, const Target&, std::string&) { return true; }

void schedule_output(Body& body, Func& f, const TensorType& type) {
    body.bind_output(f, type);
    f.compute_root();
    if (type.rank() == 0) return;
    const int64_t step = vectorize_inner(body, f, type);
    const bool is_short = step == 1 && type.shape.back().constant() > 1;
    if (is_short) f.vectorize(Body::axis_var(type.rank() - 1));
    parallel_outer(body, f, type, 1, step);
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
