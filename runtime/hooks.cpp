#include "runtime/hooks.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>

#include "runtime/error.h"
#include "runtime/text.h"

namespace lithe {

void HookContext::replace_input(size_t index, const ConstTensorView& value) {
    replace("input ", inputs_, index, value);
}

void HookContext::replace_output(size_t index, const ConstTensorView& value) {
    replace("output ", outputs_, index, value);
}

void HookContext::replace(const char* what, std::span<const TensorView> tensors, size_t index,
                          const ConstTensorView& value) {
    const std::string place = concat({"hook of ", quote(path_), ": ", what, std::to_string(index)});
    if (index >= tensors.size()) {
        throw UserError("hook.index", concat({place, " of ", std::to_string(tensors.size())}));
    }
    const TensorView& target = tensors[index];
    if (target.dtype != value.dtype || target.shape != value.shape) {
        throw UserError("hook.type",
                        concat({place, " is ", type_text(target.dtype, target.shape),
                                ", its replacement is ", type_text(value.dtype, value.shape)}));
    }
    std::memmove(target.data, value.data, static_cast<size_t>(size_bytes(value)));
}

struct HookRegistry::Hook {
    uint64_t id;
    Kind kind;
    int32_t module;
    ForwardHook function;
    std::atomic<bool> is_removed{false};

    bool matches(Kind other_kind, int32_t other_module) const {
        return kind == other_kind && module == other_module &&
               !is_removed.load(std::memory_order_relaxed);
    }
};

struct HookRegistry::State {
    std::atomic<bool> has_hooks{false};
    mutable std::mutex mutex;
    Snapshot hooks;  // replaced, never changed
    uint64_t last_id = 0;
};

HookRegistry::HookRegistry() : state_(std::make_unique<State>()) {}
HookRegistry::~HookRegistry() = default;

uint64_t HookRegistry::add(Kind kind, int32_t module, ForwardHook function, HookOptions options) {
    const std::lock_guard lock(state_->mutex);
    auto hook = std::make_shared<Hook>(++state_->last_id, kind, module, std::move(function));
    auto hooks = state_->hooks
                     ? std::make_shared<std::vector<std::shared_ptr<Hook>>>(*state_->hooks)
                     : std::make_shared<std::vector<std::shared_ptr<Hook>>>();
    hooks->insert(options.prepend ? hooks->begin() : hooks->end(), std::move(hook));
    state_->hooks = std::move(hooks);
    state_->has_hooks.store(true, std::memory_order_relaxed);
    return state_->last_id;
}

void HookRegistry::remove(uint64_t id) {
    Snapshot old;  // functions end their life outside of the lock
    const std::lock_guard lock(state_->mutex);
    if (!state_->hooks) return;
    auto hooks = std::make_shared<std::vector<std::shared_ptr<Hook>>>();
    for (const std::shared_ptr<Hook>& hook : *state_->hooks) {
        if (hook->id == id) {
            hook->is_removed.store(true, std::memory_order_relaxed);
        } else {
            hooks->push_back(hook);
        }
    }
    old = std::move(state_->hooks);
    state_->has_hooks.store(!hooks->empty(), std::memory_order_relaxed);
    state_->hooks = hooks->empty() ? nullptr : std::move(hooks);
}

HookRegistry::Snapshot HookRegistry::snapshot() const {
    if (!state_->has_hooks.load(std::memory_order_relaxed)) return nullptr;
    const std::lock_guard lock(state_->mutex);
    return state_->hooks;
}

bool HookRegistry::has(const Snapshot& snapshot, Kind kind, int32_t module) {
    return std::any_of(snapshot->begin(), snapshot->end(),
                       [&](const auto& hook) { return hook->matches(kind, module); });
}

void HookRegistry::fire(const Snapshot& snapshot, Kind kind, int32_t module, HookContext& context) {
    std::vector<const Hook*> hooks;
    for (const std::shared_ptr<Hook>& hook : *snapshot) {
        if (hook->matches(kind, module)) hooks.push_back(hook.get());
    }
    for (const Hook* hook : hooks) hook->function(context);
}

void ForwardHookHandle::remove() {
    if (const auto registry = registry_.lock()) registry->remove(id_);
    registry_.reset();
}

}  // namespace lithe
