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
    if (value.data == nullptr && size_bytes(value) != 0) {
        throw UserError("hook.type", concat({place, ": its replacement has no data"}));
    }
    std::memmove(target.data, value.data, static_cast<size_t>(size_bytes(value)));
}

struct HookRegistry::State {
    std::atomic<bool> has_hooks{false};
    mutable std::mutex mutex;
    Hooks hooks;
    uint64_t last_id = 0;
};

HookRegistry::HookRegistry() : state_(std::make_unique<State>()) {}
HookRegistry::~HookRegistry() = default;

uint64_t HookRegistry::add(Kind kind, int32_t module, ForwardHook function, HookOptions options) {
    const std::lock_guard lock(state_->mutex);
    auto hook = std::make_shared<const Hook>(
        Hook{++state_->last_id, kind, module, options.always_call, std::move(function)});
    Hooks& hooks = state_->hooks;
    hooks.insert(options.prepend ? hooks.begin() : hooks.end(), std::move(hook));
    state_->has_hooks.store(true, std::memory_order_relaxed);
    return state_->last_id;
}

void HookRegistry::remove(uint64_t id) {
    std::shared_ptr<const Hook> old;  // the function ends its life outside of the lock
    const std::lock_guard lock(state_->mutex);
    Hooks& hooks = state_->hooks;
    const auto at =
        std::find_if(hooks.begin(), hooks.end(), [&](const auto& hook) { return hook->id == id; });
    if (at == hooks.end()) return;
    old = *at;
    hooks.erase(at);
    state_->has_hooks.store(!hooks.empty(), std::memory_order_relaxed);
}

bool HookRegistry::has_hooks() const { return state_->has_hooks.load(std::memory_order_relaxed); }

bool HookRegistry::observes(int32_t module) const {
    if (!has_hooks()) return false;
    const std::lock_guard lock(state_->mutex);
    return std::any_of(state_->hooks.begin(), state_->hooks.end(), [&](const auto& hook) {
        return hook->module == module || hook->module == every_module;
    });
}

HookRegistry::Hooks HookRegistry::hooks_of(Kind kind, int32_t module) const {
    Hooks found;
    if (!has_hooks()) return found;
    const std::lock_guard lock(state_->mutex);
    for (const int32_t wanted : {every_module, module}) {
        for (const auto& hook : state_->hooks) {
            if (hook->kind == kind && hook->module == wanted) found.push_back(hook);
        }
    }
    return found;
}

void ForwardHookHandle::remove() {
    if (const auto registry = registry_.lock()) registry->remove(id_);
    registry_.reset();
}

}  // namespace lithe
