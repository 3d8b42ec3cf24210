#include "runtime/model_state.h"

#include <cstdio>
#include <cstring>

#include "runtime/bound_plan.h"
#include "runtime/convert.h"
#include "runtime/prepared_values.h"

namespace lithe {

std::shared_ptr<const Weights> ModelState::weights(uint64_t* version) const {
    const std::lock_guard lock(swap_mutex_);
    *version = version_.load(std::memory_order_relaxed);
    return weights_;
}

void ModelState::leave() const { const std::lock_guard lock(swap_mutex_); }

std::shared_ptr<const Weights> ModelState::kept_weights() const {
    const std::lock_guard lock(swap_mutex_);
    ++kept_count_;
    return weights_;
}

void ModelState::publish(std::shared_ptr<const Weights> weights) {
    // The old weights may be the last to hold their memory: it is given back outside of the lock.
    {
        const std::lock_guard lock(swap_mutex_);
        weights_.swap(weights);
        version_.fetch_add(1, std::memory_order_release);
    }
}

/// The value of a slot that no state_dict has given: what it had at compile time, or zeros.
Weights::Value ModelState::first_value(size_t slot) const {
    const artifact::Slot& row = code.artifact().slots[slot];
    if (row.initial_offset >= 0) return {code.constants() + row.initial_offset, nullptr, false};
    const auto size = static_cast<size_t>(size_bytes(row.dtype, row.shape));
    const auto memory = std::make_shared<AlignedMemory>(size);
    std::memset(memory->data(), 0, size);
    return {memory->data(), memory, false};
}

Weights::Value ModelState::loaded_value(size_t slot, const ConstTensorView& tensor,
                                        const StateDict& source) const {
    const artifact::Slot& row = code.artifact().slots[slot];
    if (source.owner() != nullptr && tensor.dtype == row.dtype && tensor.data != nullptr) {
        const auto* data = tensor.as<std::byte>();
        return {data, source.owner(), is_within(source.mapping(), data)};
    }
    const auto memory =
        std::make_shared<AlignedMemory>(static_cast<size_t>(size_bytes(row.dtype, row.shape)));
    convert(tensor.dtype, tensor.data, row.dtype, memory->data(), element_count(row.shape));
    return {memory->data(), memory, false};
}

LoadResult ModelState::load(const StateDict& source, MatchOptions options) {
    const StateMatch match = match_state(code.artifact(), source.entries(), options);

    const std::lock_guard lock(change_mutex_);
    const std::shared_ptr<const Weights> old = weights_;
    auto fresh = std::make_shared<Weights>();
    fresh->load = old ? old->load + 1 : 1;
    for (size_t slot = 0; slot < match.slots.size(); ++slot) {
        if (match.slots[slot] != nullptr) {
            fresh->slots.push_back(loaded_value(slot, *match.slots[slot], source));
        } else {
            fresh->slots.push_back(old ? old->slots[slot] : first_value(slot));
        }
    }
    std::vector<bool> wanted = prepared_for(code, "forward");
    fresh->prepared.resize(wanted.size());
    fresh->stale = std::vector<bool>(wanted.size(), true);  // assign() is long code
    for (size_t i = 0; old && i < wanted.size(); ++i) {     // what has been used will be again
        wanted[i] = wanted[i] || old->prepared[i].data != nullptr;
    }
    take_prepared(code, source, *fresh, wanted);
    prepare(code, *fresh, wanted, executor.load(std::memory_order_relaxed));
    publish(std::move(fresh));
    forget_updates();
    return match.result;
}

/// Whether the buffers of the update before the last may be written anew: only this holds them,
/// none went elsewhere, and the last one has its own in place of all of them. All else is equal in
/// both, for loads and refreshes forget them. The lock makes what sessions read of them older than
/// what is written: each took it before it let go of them.
bool ModelState::is_spare_free(const artifact::Plan& plan) const {
    const std::lock_guard lock(swap_mutex_);
    return spare_.plan == &plan && last_.plan == &plan && spare_.kept_count == kept_count_ &&
           spare_.weights.use_count() == 1;
}

/// The weights of now, with memory of their own for the buffers that the plan updates.
ModelState::Updated ModelState::new_update(const artifact::Plan& plan) const {
    const std::vector<artifact::Slot>& rows = code.artifact().slots;
    auto fresh = std::make_shared<Weights>(*weights_);
    std::vector<bool> changed(fresh->slots.size(), false);
    for (size_t i = 0; i + 1 < plan.buffer_updates.size(); i += 2) {
        const auto slot = static_cast<size_t>(plan.buffer_updates[i]);
        const auto memory = std::make_shared<AlignedMemory>(
            static_cast<size_t>(size_bytes(rows[slot].dtype, rows[slot].shape)));
        fresh->slots[slot] = {memory->data(), memory, false};
        changed[slot] = true;
    }
    const std::vector<bool> stale = prepared_from(code, changed);
    for (size_t i = 0; i < stale.size(); ++i) fresh->stale[i] = fresh->stale[i] || stale[i];
    const std::lock_guard lock(swap_mutex_);
    return {std::move(fresh), &plan, kept_count_};
}

void ModelState::update(const BoundPlan& run, uint64_t load) {
    const artifact::Plan& plan = run.plan();
    const std::lock_guard lock(change_mutex_);
    if (weights_->load != load) return;

    Updated fresh = is_spare_free(plan) ? std::move(spare_) : new_update(plan);
    for (size_t i = 0; i + 1 < plan.buffer_updates.size(); i += 2) {
        const auto slot = static_cast<size_t>(plan.buffer_updates[i]);
        // The memory is this update's own.
        run.copy_to(plan.buffer_updates[i + 1],
                    const_cast<std::byte*>(fresh.weights->slots[slot].data));
    }
    publish(fresh.weights);
    spare_ = std::move(last_);
    last_ = std::move(fresh);
}

void ModelState::refresh(const std::vector<bool>& needed) {
    const std::lock_guard lock(change_mutex_);
    auto fresh = std::make_shared<Weights>(*weights_);
    std::vector<bool> wanted = needed;
    bool is_stale = false;
    for (size_t i = 0; i < wanted.size(); ++i) {
        wanted[i] = wanted[i] && fresh->stale[i];
        is_stale = is_stale || wanted[i];
    }
    if (!is_stale) return;
    prepare(code, *fresh, wanted, executor.load(std::memory_order_relaxed));
    publish(std::move(fresh));
    forget_updates();
}

WarningHandler ModelState::warning_handler() const {
    const std::lock_guard lock(warning_mutex_);
    if (warning_handler_) return warning_handler_;
    return [](const std::string& text) { std::fprintf(stderr, "warning: %s\n", text.c_str()); };
}

void ModelState::set_warning_handler(WarningHandler handler) {
    const std::lock_guard lock(warning_mutex_);
    warning_handler_ = std::move(handler);
}

}  // namespace lithe
