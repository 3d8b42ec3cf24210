#include "compiler/lower/parallel.h"

#include <algorithm>

namespace lithe::lower {
namespace {

/// One long run: blocks of it are the tasks.
void parallel_blocks(Halide::Stage stage, const Halide::Var& run, int64_t cost) {
    const Halide::Var task("task");
    const int64_t block = std::max<int64_t>(parallel_threshold / cost, 1);
    stage.split(run, task, run, static_cast<int>(block), Halide::TailStrategy::GuardWithIf)
        .parallel(task);
}

}  // namespace

void parallel_outer(Body& body, Halide::Func& f, const TensorType& type, int64_t cost_per_element,
                    int64_t step) {
    int axis = 0;
    while (axis < type.rank() && type.size(axis).is_constant(1)) ++axis;
    if (axis >= type.rank()) return;
    const Halide::Var outer = Body::axis_var(axis);
    const Dim count = type.count();
    const bool is_run = axis == type.rank() - 1;
    const int64_t least =
        (parallel_threshold + cost_per_element - 1) / cost_per_element * (is_run ? 2 : 1);
    const auto make_parallel = [&](Halide::Stage stage) {
        if (is_run) {
            parallel_blocks(stage, outer, cost_per_element * step);
        } else {
            stage.parallel(outer);
        }
    };
    if (count.is_constant()) {
        if (count.constant() >= least) make_parallel(f);
        return;
    }
    make_parallel(f.specialize(body.size(count) >= static_cast<int32_t>(least)));
}

}  // namespace lithe::lower
