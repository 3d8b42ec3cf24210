// Loops whose rows do not depend on each other: threads take blocks of rows through all rounds, and
// nothing waits between rounds.
#include "runtime/bound_plan.h"

namespace lithe {

void BoundPlan::run_rows_side_by_side(const Loop& loop) {
    const auto threads = static_cast<int>(workers_.size());
    Executor& executor = *static_cast<KernelContext*>(context_)->executor;
    parallel_for(executor, threads, [&](int index) {
        const KernelContext own_rows{.row_blocks = loop.row_blocks,
                                     .first_block = index * loop.row_blocks / threads,
                                     .end_block = (index + 1) * loop.row_blocks / threads};
        run_rounds(loop, workers_[static_cast<size_t>(index)], own_rows, 0, loop.count);
    });
    check_workers();
    // Where the last round has put what the loop hands on: with every thread in the same places.
    for (const Placing& move : loop.moves) {
        buffers_[move.buffer].host = workers_[0].buffers[move.buffer].host;
    }
}

/// At the end of a round: all at once.
void BoundPlan::move_values(const Loop& loop, std::vector<KernelBuffer>& buffers,
                            std::vector<uint8_t*>& places) {
    for (size_t i = 0; i < loop.moves.size(); ++i) {
        places[i] = buffers[loop.moves[i].source].host;
    }
    for (size_t i = 0; i < loop.moves.size(); ++i) {
        buffers[loop.moves[i].buffer].host = places[i];
    }
}

}  // namespace lithe
