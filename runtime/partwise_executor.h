#pragma once

#include <functional>

#include "runtime/executor.h"

namespace lithe {

/// Cuts loops into parts that run one after the other on another executor (null: on the calling
/// thread), and calls `after_part` behind each: memory that is given back there is not held until
/// the whole loop ends.
class PartwiseExecutor final : public Executor {
public:
    PartwiseExecutor(Executor* inner, int parts, std::function<void()> after_part)
        : inner_(inner), parts_(parts), after_part_(std::move(after_part)) {}

    void parallel_for(int count, void (*task)(void* context, int index), void* context) override;
    int thread_count() const override { return inner_ != nullptr ? inner_->thread_count() : 1; }

private:
    Executor* inner_;
    int parts_;
    std::function<void()> after_part_;
};

}  // namespace lithe
