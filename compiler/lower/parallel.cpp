#include "compiler/lower/parallel.h"

namespace lithe::lower {

void parallel_outer(Body& body, Halide::Func& f, const TensorType& type,
                    int64_t cost_per_element) {
    // The outermost axis that is not 1 gives the tasks; one axis alone is the vector's.
    int axis = 0;
    while (axis < type.rank() && type.size(axis).is_constant(1)) ++axis;
    if (axis >= type.rank() || (axis == type.rank() - 1 && type.size(axis).is_constant() &&
                                type.size(axis).constant() < parallel_threshold)) {
        return;
    }
    const Halide::Var outer = Body::axis_var(axis);
    const Dim count = type.count();
    if (axis == type.rank() - 1) {  // one long run: blocks of it
        if (!count.is_constant()) return;
        return;
    }
    if (count.is_constant()) {
        if (count.constant() * cost_per_element >= parallel_threshold) f.parallel(outer);
        return;
    }
    const auto least = static_cast<int32_t>((parallel_threshold + cost_per_element - 1) / cost_per_element);
    f.specialize(body.size(count) >= least).parallel(outer);
}

}  // namespace lithe::lower
