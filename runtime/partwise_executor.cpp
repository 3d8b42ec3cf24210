#include "runtime/partwise_executor.h"

#include <algorithm>
#include <cstdint>

namespace lithe {

void PartwiseExecutor::parallel_for(int count, void (*task)(void*, int), void* context) {
    const int parts = std::min(count, parts_);
    SerialExecutor serial;
    Executor& executor = inner_ != nullptr ? *inner_ : serial;
    for (int64_t part = 0; part < parts; ++part) {
        const auto begin = static_cast<int>(part * count / parts);
        const auto end = static_cast<int>((part + 1) * count / parts);
        lithe::parallel_for(executor, end - begin,
                            [&](int index) { task(context, begin + index); });
        after_part_();
    }
}

}  // namespace lithe
