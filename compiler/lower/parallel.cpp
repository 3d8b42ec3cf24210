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

int64_t vectorize_inner(const Body& body, Halide::Stage stage, const TensorType& type) {
    const int lanes = body.target().lanes(static_cast<int>(size_bytes(type.dtype)));
    if (type.rank() == 0) return 1;
    const Dim& length = type.shape.back();
    if (length.is_constant() && length.constant() < lanes) return 1;
    const Halide::Var x = Body::axis_var(type.rank() - 1), xi("xi");
    stage.split(x, x, xi, lanes, Halide::TailStrategy::GuardWithIf).vectorize(xi);
    return lanes;
}

void parallel_outer(Body& body, Halide::Func& f, const TensorType& type, int64_t cost_per_element,
                    int64_t step) {
    int axis = 0;
    while (axis < type.rank() && type.size(axis).is_constant(1)) ++axis;
    if (axis >= type.rank()) return;
    const Halide::Var outer = Body::axis_var(axis);
    const Dim count = type.count();
    const bool is_run = axis == type.rank() - 1;
    // Lines of little work share a task.
    constexpr int64_t tasks_of_threshold = 4;
    const Dim inner = product(Shape(type.shape.begin() + axis + 1, type.shape.end()));
    const int64_t inner_cost = inner.is_constant() ? inner.constant() * cost_per_element : 0;
    const int64_t least =
        (parallel_threshold + cost_per_element - 1) / cost_per_element * (is_run ? 2 : 1);
    const auto make_parallel = [&](Halide::Stage stage) {
        if (is_run) {
            parallel_blocks(stage, outer, cost_per_element * step);
        } else if (inner_cost > 0 && 2 * inner_cost <= parallel_threshold / tasks_of_threshold) {
            parallel_blocks(stage, outer, inner_cost * tasks_of_threshold);
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

void order_lines(Halide::Stage update, std::vector<Halide::VarOrRVar> order, const TensorType& type,
                 size_t axis, const Dim& work, int64_t threshold) {
    int outer = -1;
    for (int at = type.rank(); at-- > 0;) {
        const Halide::Var loop = Body::axis_var(at);
        const bool is_given =
            std::any_of(order.begin(), order.end(),
                        [&](const Halide::VarOrRVar& v) { return v.name() == loop.name(); });
        if (at == static_cast<int>(axis) || is_given) continue;
        order.emplace_back(loop);
        outer = at;
    }
    if (order.size() > 1) update.reorder(order);
    if (outer < 0) return;
    const Dim& lines = type.size(outer);
    if (lines.is_constant() && lines.constant() > 1 && work.is_constant() &&
        work.constant() >= threshold) {
        update.parallel(Body::axis_var(outer));
    }
}

void parallel_tasks(Halide::Stage stage, const std::vector<Halide::Var>& loops) {
    Halide::Var task = loops[0];
    for (size_t i = 1; i < loops.size(); ++i) {
        const Halide::Var fused("task" + std::to_string(i));
        stage.fuse(task, loops[i], fused);
        task = fused;
    }
    stage.parallel(task);
}

}  // namespace lithe::lower
