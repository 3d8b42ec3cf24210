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

/// A new value of a buffer, from a run in training.
struct BufferUpdate {
    size_t slot;
    HostTensor value;
};

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
    /// The weights of now, and their version.
    std::shared_ptr<const Weights> weights(uint64_t* version = nullptr) const;

    /// Loads a state_dict; `owner` keeps the tensors, which are copied where it is null.
    /// Those within `mapping` lie in a mapped file.
    LoadResult load(std::span<const NamedTensor> tensors, std::shared_ptr<const void> owner,
                    MatchOptions options, std::span<const std::byte> mapping = {});
    /// Swaps in new values of buffers, unless another state_dict has been loaded since `load`.
    void update(std::vector<BufferUpdate> updates, uint64_t load);
    /// Prepares what is stale of the needed values.
    void refresh(const std::vector<bool>& needed);

private:
    Weights::Value first_value(size_t slot) const;
    Weights::Value loaded_value(size_t slot, const ConstTensorView& tensor,
                                const std::shared_ptr<const void>& owner,
                                std::span<const std::byte> mapping) const;
    void publish(std::shared_ptr<const Weights> weights);

    std::mutex change_mutex_;  // held while new weights are made
    mutable std::mutex swap_mutex_, warning_mutex_;
    WarningHandler warning_handler_;
    std::shared_ptr<const Weights> weights_;
    std::atomic<uint64_t> version_{0};
};

}  // namespace lithe
