// Reductions composed of nodes.
#include "dsl/ops.h"

namespace lithe {

Tensor sum_to(const Tensor& x, const Shape& shape) {
    const Shape have = x.sizes();
    if (same(have, shape)) return x;
    const size_t lead = have.size() - shape.size();
    Sizes axes;
    for (size_t i = 0; i < have.size(); ++i) {
        const bool repeated = i < lead || (shape[i - lead].is_constant(1) && !have[i].is_constant(1));
        if (repeated) axes.push_back(static_cast<int64_t>(i));
    }
    return axes.empty() ? x : reshape(sum(x, axes, /*keepdim=*/true), shape);
}

}  // namespace lithe
