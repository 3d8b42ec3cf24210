#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "compiler/passes/batch_steps.h"
#include "compiler/passes/pass.h"

namespace lithe::passes {

/// Steps [begin, end) as a loop with so many items a round.
struct BatchStretch {
    size_t begin = 0, end = 0;
    int64_t items = 0;
};

/// Makes loops of stretches of `steps`, which are those of the graph: an image at a time, or a few.
///
///   y = f(x, w)  ->  y = reshape(scan(reshape(x, [n / c, c, ...]), w) {f(x_t, w)}, [n, ...])
///
/// with c of n items in a round. Values that windows make go in and out with their channels last,
/// as choose_layout has them: P and Q stand on both sides of the border and meet there.
void make_batch_loops(ir::Graph& graph, const std::vector<BatchStep>& steps,
                      const std::vector<BatchStretch>& stretches, Notes& notes);

}  // namespace lithe::passes
