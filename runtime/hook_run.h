#pragma once

#include <vector>

#include "runtime/bound_plan.h"
#include "runtime/hooks.h"
#include "runtime/warning.h"

namespace lithe {

/// Calls the hooks of a model at the marks of one run, as the author's model would call them.
class HookRun final : public MarkListener {
public:
    HookRun(const artifact::Artifact& artifact, const HookRegistry& hooks)
        : artifact_(artifact), hooks_(hooks) {}

    void at_mark(const artifact::Step& step, BoundPlan& plan) override;
    /// After an exception: for every call that has begun and not ended, innermost first, those
    /// hooks that want to be called in any case and have not been.
    void abandon(const BoundPlan& plan, const WarningHandler& warn);

private:
    struct OpenCall {
        const artifact::Step* input;
        bool is_observed;  ///< as in PyTorch, hooks fire where there was one when the call began
        std::vector<uint64_t> fired;
    };

    const artifact::Module& module_of(const artifact::Step& step) const;
    void begin(const artifact::Step& step, const BoundPlan& plan);
    void end(const artifact::Step& step, const BoundPlan& plan);

    const artifact::Artifact& artifact_;
    const HookRegistry& hooks_;
    std::vector<OpenCall> open_;
};

}  // namespace lithe
