#include "runtime/parallel.h"

#include <atomic>

namespace {

/// What a kernel returns whose tasks are not what its plan says: no error code of Halide.
constexpr int not_in_blocks = -1000;

struct Loop {
    void* context;
    lithe_task task;
    int min;
    int size;
    uint8_t* closure;
    int backward_shares = 0;  // 0: forwards
    std::atomic<int> failure{0};
};

/// The index at the same distance from the other end of the share that an executor's thread has.
int mirrored(int index, int size, int shares) {
    const int64_t share = ((index + int64_t{1}) * shares - 1) / size;
    const int64_t first = share * size / shares, end = (share + 1) * size / shares;
    return static_cast<int>(first + end - 1 - index);
}

void run_index(void* context, int index) {
    Loop& loop = *static_cast<Loop*>(context);
    if (loop.backward_shares > 0) index = mirrored(index, loop.size, loop.backward_shares);
    const int result = loop.task(loop.context, loop.min + index, loop.closure);
    if (result != 0) loop.failure.store(result, std::memory_order_relaxed);
}

/// Blocks of rows that are another thread's are left out.
int run_serially(void* context, lithe_task task, int min, int size, uint8_t* closure) {
    const auto& own = *static_cast<lithe::KernelContext*>(context);
    if (size % own.row_blocks != 0) return not_in_blocks;
    const int turns = size / own.row_blocks;
    for (int i = 0; i < turns; ++i) {
        const int turn = own.is_backwards ? turns - 1 - i : i;
        for (int block = own.first_block; block < own.end_block; ++block) {
            const int result = task(context, min + turn * own.row_blocks + block, closure);
            if (result != 0) return result;
        }
    }
    return 0;
}

}  // namespace

extern "C" int lithe_do_par_for(void* context, lithe_task task, int min, int size,
                                uint8_t* closure) {
    const auto& own = *static_cast<lithe::KernelContext*>(context);
    lithe::Executor* executor = own.executor;
    if (executor == nullptr || size <= 1) return run_serially(context, task, min, size, closure);

    Loop loop{context, task, min, size, closure};
    if (own.is_backwards) loop.backward_shares = executor->thread_count();
    executor->parallel_for(size, run_index, &loop);
    return loop.failure.load(std::memory_order_relaxed);
}
