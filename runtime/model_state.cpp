#include "runtime/model_state.h"

#include <cstdio>
#include <cstring>
#include <functional>

#include "runtime/convert.h"

namespace lithe {

std::shared_ptr<const Weights> ModelState::weights(uint64_t* version) const {
    const std::lock_guard lock(swap_mutex_);
    if (version != nullptr) *version = version_.load(std::memory_order_relaxed);
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
                                        const std::shared_ptr<const void>& owner,
                                        std::span<const std::byte> mapping) const {
    const artifact::Slot& row = code.artifact().slots[slot];
    if (owner != nullptr && tensor.dtype == row.dtype && tensor.data != nullptr) {
        const auto* data = tensor.as<std::byte>();
        const bool is_mapped = !mapping.empty() && !std::less<>()(data, mapping.data()) &&
                               std::less<>()(data, mapping.data() + mapping.size());
        return {data, owner, is_mapped};
    }
    const auto memory =
        std::make_shared<AlignedMemory>(static_cast<size_t>(size_bytes(row.dtype, row.shape)));
    convert(tensor.dtype, tensor.data, row.dtype, memory->data(), element_count(row.shape));
    return {memory->data(), memory, false};
}

LoadResult ModelState::load(std::span<const NamedTensor> tensors, std::shared_ptr<const void> owner,
                            MatchOptions options, std::span<const std::byte> mapping) {
    const StateMatch match = match_state(code.artifact(), tensors, options);

    const std::lock_guard lock(change_mutex_);
    const std::shared_ptr<const Weights> old = weights();
    auto fresh = std::make_shared<Weights>();
    fresh->load = old ? old->load + 1 : 1;
    for (size_t slot = 0; slot < match.slots.size(); ++slot) {
        if (match.slots[slot] != nullptr) {
            fresh->slots.push_back(loaded_value(slot, *match.slots[slot], owner, mapping));
        } else {
            fresh->slots.push_back(old ? old->slots[slot] : first_value(slot));
        }
    }
    std::vector<bool> wanted = prepared_for(code, "forward");
    fresh->prepared.resize(wanted.size());
    fresh->stale.assign(wanted.size(), true);
    for (size_t i = 0; old && i < wanted.size(); ++i) {  // what has been used will be again
        wanted[i] = wanted[i] || old->prepared[i].data != nullptr;
    }
    prepare(code, *fresh, wanted, executor.load(std::memory_order_relaxed));
    publish(std::move(fresh));
    return match.result;
}

void ModelState::update(std::vector<BufferUpdate> updates, uint64_t load) {
    const std::lock_guard lock(change_mutex_);
    const std::shared_ptr<const Weights> old = weights();
    if (old->load != load) return;

    auto fresh = std::make_shared<Weights>(*old);
    std::vector<bool> changed(fresh->slots.size(), false);
    for (BufferUpdate& update : updates) {
        auto value = std::make_shared<HostTensor>(std::move(update.value));
        fresh->slots[update.slot] = {value->data<const std::byte>(), value, false};
        changed[update.slot] = true;
    }
    const std::vector<bool> stale = prepared_from(code, changed);
    for (size_t i = 0; i < stale.size(); ++i) fresh->stale[i] = fresh->stale[i] || stale[i];
    publish(std::move(fresh));
}

void ModelState::refresh(const std::vector<bool>& needed) {
    const std::lock_guard lock(change_mutex_);
    auto fresh = std::make_shared<Weights>(*weights());
    std::vector<bool> wanted = needed;
    bool is_stale = false;
    for (size_t i = 0; i < wanted.size(); ++i) {
        wanted[i] = wanted[i] && fresh->stale[i];
        is_stale = is_stale || wanted[i];
    }
    if (!is_stale) return;
    prepare(code, *fresh, wanted, executor.load(std::memory_order_relaxed));
    publish(std::move(fresh));
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
