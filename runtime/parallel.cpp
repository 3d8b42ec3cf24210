#include "runtime/parallel.h"

#include <atomic>

namespace {

struct Loop {
    void* context;
    lithe_task task;
    int min;
    uint8_t* closure;
    std::atomic<int> failure{0};
};

void run_index(void* context, int index) {
    Loop& loop = *static_cast<Loop*>(context);
    const int result = loop.task(loop.context, loop.min + index, loop.closure);
    if (result != 0) loop.failure.store(result, std::memory_order_relaxed);
}

int run_serially(void* context, lithe_task task, int min, int size, uint8_t* closure) {
    for (int i = 0; i < size; ++i) {
        const int result = task(context, min + i, closure);
        if (result != 0) return result;
    }
    return 0;
}

}  // namespace

extern "C" int lithe_do_par_for(void* context, lithe_task task, int min, int size,
                                uint8_t* closure) {
    lithe::Executor* executor = static_cast<lithe::KernelContext*>(context)->executor;
    if (executor == nullptr || size <= 1) return run_serially(context, task, min, size, closure);

    Loop loop{context, task, min, closure};
    executor->parallel_for(size, run_index, &loop);
    return loop.failure.load(std::memory_order_relaxed);
}
