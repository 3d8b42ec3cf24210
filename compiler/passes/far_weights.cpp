#include "compiler/passes/far_weights.h"

namespace lithe::passes {

bool are_weights_far(const ir::Graph& graph, const Machine& machine) {
    int64_t bytes = 0;
    for (const auto& node : graph.nodes()) {
        const bool has_weights = node->is("linear") || node->is("conv") ||
                                 (node->is("matmul") && node->input(1).type().rank() == 2);
        if (!has_weights) continue;
        const Dim count = node->input(1).type().count();
        if (count.is_constant()) bytes += 4 * count.constant();
    }
    return bytes > 2 * machine.l3_bytes;  // other cores leave theirs at times
}

}  // namespace lithe::passes
