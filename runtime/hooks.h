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
    /// Before the hooks that the module has already, not after them.
    bool prepend = false;
};

/// The hooks of one model. Runs take a snapshot when they begin.
class HookRegistry {
public:
    enum class Kind : uint8_t { forward_pre, forward };
    struct Hook;
    using Snapshot = std::shared_ptr<const std::vector<std::shared_ptr<Hook>>>;

    HookRegistry();
    ~HookRegistry();

    uint64_t add(Kind kind, int32_t module, ForwardHook function, HookOptions options);
    void remove(uint64_t id);

    /// Null without hooks: then it costs one load.
    Snapshot snapshot() const;
    /// Calls the hooks of a snapshot for one module in their order: those that were there when the
    /// first of them began.
    static void fire(const Snapshot& snapshot, Kind kind, int32_t module, HookContext& context);
    /// Whether any of them would be called.
    static bool has(const Snapshot& snapshot, Kind kind, int32_t module);

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
