#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "runtime/code.h"
#include "runtime/executor.h"
#include "runtime/hooks.h"
#include "runtime/host_tensor.h"
#include "runtime/state_dict.h"
#include "runtime/warning.h"
#include "runtime/weights.h"

namespace lithe {

class BoundPlan;

/// What a Model and its Sessions share.
class ModelState {
public:
    explicit ModelState(const lithe_artifact& compiled)
        : code(compiled), hooks(std::make_shared<HookRegistry>()) {}

    const Code code;
    const std::shared_ptr<HookRegistry> hooks;
    std::atomic<Executor*> executor{nullptr};
    std::atomic<bool> is_training{false};

    /// By default, what is warned of goes to standard error.
    WarningHandler warning_handler() const;
    void set_warning_handler(WarningHandler handler);

    /// Changes with every swap of the weights; a session looks here before every run.
    uint64_t version() const { return version_.load(std::memory_order_acquire); }
    /// The weights of now, and their version: for a session, which keeps them until the next ones
    /// or leave().
    std::shared_ptr<const Weights> weights(uint64_t* version) const;
    /// Says that what a session did with its weights is over.
    void leave() const;
    /// The weights of now, for whoever may keep their memory: it is never written again.
    std::shared_ptr<const Weights> kept_weights() const;

    /// Loads a state_dict, whose tensors are copied where it does not own them.
    LoadResult load(const StateDict& source, MatchOptions options);
    /// Swaps in the values that a run has given to buffers, unless another state_dict has been
    /// loaded since `load`. Two sets of buffers take turns where nobody else has the older one:
    /// then nothing is allocated.
    void update(const BoundPlan& run, uint64_t load);
    /// Prepares what is stale of the needed values.
    void refresh(const std::vector<bool>& needed);

private:
    Weights::Value first_value(size_t slot) const;
    Weights::Value loaded_value(size_t slot, const ConstTensorView& tensor,
                                const StateDict& source) const;
    void publish(std::shared_ptr<const Weights> weights);

    /// Weights whose buffers are those that runs of a plan gave.
    struct Updated {
        std::shared_ptr<Weights> weights;
        const artifact::Plan* plan = nullptr;
        uint64_t kept_count = 0;  // when they were made
    };
    bool is_spare_free(const artifact::Plan& plan) const;
    Updated new_update(const artifact::Plan& plan) const;
    void forget_updates() { last_ = spare_ = {}; }

    std::mutex change_mutex_;  // held while new weights are made
    mutable std::mutex swap_mutex_, warning_mutex_;
    WarningHandler warning_handler_;
    std::shared_ptr<const Weights> weights_;
    std::atomic<uint64_t> version_{0};
    mutable uint64_t kept_count_ = 0;  // with swap_mutex_
    Updated last_, spare_;             // of the last two updates, with change_mutex_
};

}  // namespace lithe
