#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "runtime/tensor_view.h"

namespace lithe {

/// One call of a module, as a hook sees it. The tensors have the shapes that the author's forward()
/// saw; what a hook writes into them is what the model goes on with.
class HookContext {
public:
    HookContext(const std::string& path, const std::string& class_name,
                std::vector<TensorView> inputs, std::vector<TensorView> outputs)
        : path_(path),
          class_name_(class_name),
          inputs_(std::move(inputs)),
          outputs_(std::move(outputs)) {}

    const std::string& path() const { return path_; }
    const std::string& class_name() const { return class_name_; }
    std::span<const TensorView> inputs() const { return inputs_; }
    /// Empty in a forward-pre hook.
    std::span<const TensorView> outputs() const { return outputs_; }

    /// Puts another tensor of the same type in the place of an input or output.
    /// Errors: hook.index, hook.type.
    void replace_input(size_t index, const ConstTensorView& value);
    void replace_output(size_t index, const ConstTensorView& value);

private:
    void replace(const char* what, std::span<const TensorView> tensors, size_t index,
                 const ConstTensorView& value);

    const std::string& path_;
    const std::string& class_name_;
    std::vector<TensorView> inputs_, outputs_;
};

using ForwardHook = std::function<void(HookContext&)>;

struct HookOptions {
    /// Before the hooks of the same kind that are there already, not after them.
    bool prepend = false;
    /// Forward hooks: also where the call ends by an exception; there are no outputs then. What
    /// such a hook throws itself becomes a warning, and the first exception goes on.
    bool always_call = false;
};

/// The hooks of one model.
class HookRegistry {
public:
    enum class Kind : uint8_t { forward_pre, forward };
    struct Hook {
        uint64_t id;
        Kind kind;
        int32_t module;
        bool always_call;
        ForwardHook function;
    };
    using Hooks = std::vector<std::shared_ptr<const Hook>>;

    /// Stands for all modules; the hooks on it come before those of the module that is called.
    static constexpr int32_t every_module = -1;

    HookRegistry();
    ~HookRegistry();

    uint64_t add(Kind kind, int32_t module, ForwardHook function, HookOptions options);
    void remove(uint64_t id);

    /// Costs one load.
    bool has_hooks() const;
    /// Whether a call of the module has any hook, of whatever kind.
    bool observes(int32_t module) const;
    /// What a call of the module fires now, in order; what is added or removed later changes
    /// nothing in the list.
    Hooks hooks_of(Kind kind, int32_t module) const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Removes a hook. Does nothing when it goes out of scope, when the hook is removed already, or
/// when the model is gone.
class ForwardHookHandle {
public:
    ForwardHookHandle() = default;
    ForwardHookHandle(std::weak_ptr<HookRegistry> registry, uint64_t id)
        : registry_(std::move(registry)), id_(id) {}

    /// A run that is under way still calls the hook if its module's hooks have begun.
    void remove();

private:
    std::weak_ptr<HookRegistry> registry_;
    uint64_t id_ = 0;
};

}  // namespace lithe
