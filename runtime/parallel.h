#pragma once

#include <cstdint>

#include "runtime/artifact.h"
#include "runtime/executor.h"

namespace lithe {

/// What a kernel's first argument points to a pointer to.
struct KernelContext {
    Executor* executor = nullptr;  ///< null: everything on the calling thread
    /// Every thread takes its tasks from the last to the first. A loop's rounds take turns: each
    /// then begins with the weights that the one before has read last, which are still in a cache.
    bool is_backwards = false;
    /// Tasks are so many blocks of rows, innermost. Without an executor those from `first_block` up
    /// to `end_block` alone are run: in most loops the one that there is.
    int row_blocks = 1, first_block = 0, end_block = 1;
};

}  // namespace lithe

/// Calls `task(context, index, closure)` for every index in [min, min + size) on the executor of
/// `context`, a KernelContext, and returns when all have returned: 0, or what one that failed
/// returned. Compiled kernels call it for their parallel loops.
extern "C" int lithe_do_par_for(void* context, lithe_task task, int min, int size,
                                uint8_t* closure);
