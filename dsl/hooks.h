#pragma once

// Hooks on modules: what they are called with, the lists that keep them, and the frame around one
// call of a module. See dsl/module.h for the functions that register them.

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include "dsl/tensor.h"

namespace lithe {

namespace nn {

struct StateDict;
struct IncompatibleKeys;
class Module;

/// All arguments of one call of forward(), tensors or not, by position: C++ has no keywords, so
/// this is what Python's hooks get by `with_kwargs`.
class Arguments {
public:
    Arguments() = default;
    template <class... T>
    explicit Arguments(std::in_place_t, T&... values)
        : items_{Item{&typeid(T), static_cast<void*>(&values)}...} {}

    size_t size() const { return items_.size(); }
    const std::type_info& type(size_t index) const { return *checked(index).type; }
    /// Null where the argument is of another type.
    template <class T>
    T* try_get(size_t index) const {
        const Item& item = checked(index);
        return *item.type == typeid(T) ? static_cast<T*>(item.value) : nullptr;
    }
    /// What a pre hook writes here is what forward() gets. Errors: hook.argument.
    template <class T>
    T& get(size_t index) const {
        T* value = try_get<T>(index);
        if (!value) throw_type(index, typeid(T));
        return *value;
    }

private:
    struct Item {
        const std::type_info* type;
        void* value;
    };
    const Item& checked(size_t index) const;
    [[noreturn]] void throw_type(size_t index, const std::type_info& wanted) const;

    std::vector<Item> items_;
};

/// Called before forward() with the tensors among the arguments, in order; what it returns
/// replaces them.
using ForwardPreHook = std::function<std::optional<Tensors>(Module&, const Tensors& inputs)>;
/// Called after forward() with the tensors among the arguments and results; what it returns
/// replaces the results. An `always_call` hook sees no outputs where forward() threw.
using ForwardHook =
    std::function<std::optional<Tensors>(Module&, const Tensors& inputs, const Tensors& outputs)>;
/// Called with the gradients of the results; what it returns replaces them.
using BackwardPreHook = std::function<std::optional<Tensors>(Module&, const Tensors& grad_output)>;
/// Called when the gradients of the arguments are known (one slot a tensor, undefined where none
/// flows); what it returns replaces them.
using BackwardHook = std::function<std::optional<Tensors>(Module&, const Tensors& grad_input,
                                                          const Tensors& grad_output)>;

using StateDictPreHook = std::function<void(Module&, const std::string& prefix)>;
using StateDictPostHook = std::function<void(Module&, StateDict& dict, const std::string& prefix)>;
/// May rename keys of `dict`, which is a copy, and add to `errors`.
using LoadPreHook = std::function<void(Module&, StateDict& dict, const std::string& prefix,
                                       std::vector<std::string>& errors)>;
/// May clear keys of the lists; what is left makes a strict load fail.
using LoadPostHook = std::function<void(Module&, IncompatibleKeys& keys)>;

struct HookOptions {
    bool prepend = false;      ///< before the hooks of the same kind that are there
    bool always_call = false;  ///< forward hooks: also where forward() throws
};

/// Removes a hook at the end of a scope, as Python's `with` does.
class ScopedHook {
public:
    explicit ScopedHook(HookHandle handle) : handle_(std::move(handle)) {}
    ScopedHook(const ScopedHook&) = delete;
    ScopedHook& operator=(const ScopedHook&) = delete;
    ~ScopedHook() { handle_.remove(); }

private:
    HookHandle handle_;
};

namespace detail {

/// Hooks in calling order. Firing walks a snapshot, so a hook may remove itself and add others.
template <class Hook>
class HookList {
public:
    struct Entry {
        Hook hook;
        bool always_call = false;
        bool takes_arguments = false;
    };
    using Snapshot = std::vector<std::shared_ptr<const Entry>>;

    /// Errors: hook.empty.
    HookHandle add(Hook hook, HookOptions options = {}, bool takes_arguments = false) {
        lithe::detail::check_hook(hook);
        auto entry = std::make_shared<const Entry>(
            Entry{std::move(hook), options.always_call, takes_arguments});
        entries_->insert(options.prepend ? entries_->begin() : entries_->end(), entry);
        return HookHandle(
            [list = std::weak_ptr<Snapshot>(entries_), which = std::weak_ptr<const Entry>(entry)] {
                const auto alive = list.lock();
                if (alive) std::erase(*alive, which.lock());
            });
    }
    bool empty() const { return entries_->empty(); }
    size_t size() const { return entries_->size(); }
    bool takes_arguments() const {
        return std::any_of(entries_->begin(), entries_->end(),
                           [](const auto& entry) { return entry->takes_arguments; });
    }
    Snapshot snapshot() const { return *entries_; }
    void append(const HookList& other) {
        entries_->insert(entries_->end(), other.entries_->begin(), other.entries_->end());
    }

private:
    std::shared_ptr<Snapshot> entries_ = std::make_shared<Snapshot>();
};

/// As the lists keep them: hooks that do not ask for all arguments are wrapped.
using PreCallHook =
    std::function<std::optional<Tensors>(Module&, const Tensors& inputs, const Arguments&)>;
using CallHook = std::function<std::optional<Tensors>(Module&, const Tensors& inputs,
                                                      const Arguments&, const Tensors& outputs)>;

struct CallHooks {
    HookList<PreCallHook> forward_pre;
    HookList<CallHook> forward;
    HookList<BackwardPreHook> backward_pre;
    HookList<BackwardHook> backward;

    bool takes_arguments() const {
        return forward_pre.takes_arguments() || forward.takes_arguments();
    }
    bool empty() const {
        return forward_pre.empty() && forward.empty() && backward_pre.empty() && backward.empty();
    }
    void append(const CallHooks& other);
};

/// All hooks of one module.
struct ModuleHooks : CallHooks {
    HookList<StateDictPreHook> state_dict_pre;
    HookList<StateDictPostHook> state_dict_post;
    HookList<LoadPreHook> load_pre;
    HookList<LoadPostHook> load_post;
};

/// Runs `hook` whatever it returns: nothing, a Tensor, Tensors, or one of these optionally.
template <class F, class... Args>
std::optional<Tensors> run_hook(F& hook, Args&... args) {
    using Result = std::invoke_result_t<F&, Args&...>;
    if constexpr (std::is_void_v<Result>) {
        hook(args...);
        return std::nullopt;
    } else if constexpr (std::convertible_to<Result, Tensor>) {
        Tensor result = hook(args...);
        return result.defined() ? std::optional(Tensors{std::move(result)}) : std::nullopt;
    } else if constexpr (std::same_as<Result, std::optional<Tensor>>) {
        std::optional<Tensor> result = hook(args...);
        return result ? std::optional(Tensors{*std::move(result)}) : std::nullopt;
    } else {
        return hook(args...);
    }
}

/// What a call of a module does around forward(). Copies of nothing: it points into the caller's
/// arguments, which outlive it.
class CallFrame {
public:
    /// `arguments`: all of them, and the tensors among them, where a hook asks for them; they
    /// outlive the frame.
    explicit CallFrame(Module& module, const Arguments* arguments = nullptr,
                       const std::vector<Tensor*>* tensors = nullptr);
    ~CallFrame();
    CallFrame(const CallFrame&) = delete;
    CallFrame& operator=(const CallFrame&) = delete;

    /// Runs the pre hooks on the tensors among the arguments. True where replace() must be used.
    bool begin(const std::vector<Tensor*>& inputs);
    /// Writes what the hooks made of the arguments into copies of them.
    void replace(const std::vector<Tensor*>& inputs) const;
    /// The tracer learns that forward() begins.
    void enter();
    /// Runs the hooks on the results and writes what they made of them.
    void end(const std::vector<Tensor*>& outputs);

private:
    struct Backward;

    const Arguments& arguments() const;
    void run_pre_hooks();
    void run_hooks(Tensors& outputs);
    void separate_inputs();
    void separate_outputs(Tensors& outputs) const;
    void wrap_inputs();
    void wrap_outputs(Tensors& outputs);
    void leave_tracer(const Tensors& outputs);
    void run_always_called();

    Module& module_;
    const Arguments* arguments_;
    const std::vector<Tensor*>* tensors_;
    std::shared_ptr<Module> keep_alive_;
    Tensors inputs_;
    bool is_changed_ = false;
    bool is_entered_ = false;
    bool is_done_ = false;
    std::vector<const void*> fired_;
    std::shared_ptr<Backward> backward_;
};

/// Whether a call needs a frame: a trace runs, or there are hooks.
bool is_observed(const Module& module);
/// Whether a hook asks for all arguments.
bool takes_arguments(const Module& module);

template <class F>
HookHandle add_forward_pre_hook(CallHooks& hooks, F hook, HookOptions options) {
    constexpr bool takes_arguments = !std::invocable<F&, Module&, const Tensors&>;
    lithe::detail::check_hook(hook);
    return hooks.forward_pre.add(
        [hook = std::move(hook)](Module& module, const Tensors& inputs,
                                 [[maybe_unused]] const Arguments& all) mutable {
            if constexpr (takes_arguments) {
                return run_hook(hook, module, inputs, all);
            } else {
                return run_hook(hook, module, inputs);
            }
        },
        options, takes_arguments);
}

template <class F>
HookHandle add_forward_hook(CallHooks& hooks, F hook, HookOptions options) {
    constexpr bool takes_arguments = !std::invocable<F&, Module&, const Tensors&, const Tensors&>;
    lithe::detail::check_hook(hook);
    return hooks.forward.add(
        [hook = std::move(hook)](Module& module, const Tensors& inputs,
                                 [[maybe_unused]] const Arguments& all,
                                 const Tensors& outputs) mutable {
            if constexpr (takes_arguments) {
                return run_hook(hook, module, inputs, all, outputs);
            } else {
                return run_hook(hook, module, inputs, outputs);
            }
        },
        options, takes_arguments);
}

template <class F>
HookHandle add_backward_pre_hook(CallHooks& hooks, F hook, HookOptions options) {
    lithe::detail::check_hook(hook);
    return hooks.backward_pre.add(
        [hook = std::move(hook)](Module& module, const Tensors& grad_output) mutable {
            return run_hook(hook, module, grad_output);
        },
        options);
}

template <class F>
HookHandle add_backward_hook(CallHooks& hooks, F hook, HookOptions options) {
    lithe::detail::check_hook(hook);
    return hooks.backward.add(
        [hook = std::move(hook)](Module& module, const Tensors& grad_input,
                                 const Tensors& grad_output) mutable {
            return run_hook(hook, module, grad_input, grad_output);
        },
        options);
}

/// The hooks on the calls of every module.
CallHooks& global_call_hooks();

}  // namespace detail

/// What a hook before forward() and one after it can be called with.
template <class F>
concept PreHook = std::invocable<F&, Module&, const Tensors&> ||
                  std::invocable<F&, Module&, const Tensors&, const Arguments&>;
template <class F>
concept PostHook = std::invocable<F&, Module&, const Tensors&, const Tensors&> ||
                   std::invocable<F&, Module&, const Tensors&, const Arguments&, const Tensors&>;

/// Hooks on the calls of every module, of the forms that a module takes. They run before those of
/// the module itself. Errors: hook.empty.
template <PreHook F>
HookHandle register_module_forward_pre_hook(F hook, HookOptions options = {}) {
    return detail::add_forward_pre_hook(detail::global_call_hooks(), std::move(hook), options);
}
template <PostHook F>
HookHandle register_module_forward_hook(F hook, HookOptions options = {}) {
    return detail::add_forward_hook(detail::global_call_hooks(), std::move(hook), options);
}
template <std::invocable<Module&, const Tensors&> F>
HookHandle register_module_full_backward_pre_hook(F hook, HookOptions options = {}) {
    return detail::add_backward_pre_hook(detail::global_call_hooks(), std::move(hook), options);
}
template <std::invocable<Module&, const Tensors&, const Tensors&> F>
HookHandle register_module_full_backward_hook(F hook, HookOptions options = {}) {
    return detail::add_backward_hook(detail::global_call_hooks(), std::move(hook), options);
}

/// Hooks on every explicit registration; what they return, where it is defined, is registered.
using ParameterRegistrationHook =
    std::function<Tensor(Module&, const std::string& name, const Tensor& value)>;
using ModuleRegistrationHook = std::function<std::shared_ptr<Module>(
    Module&, const std::string& name, const std::shared_ptr<Module>& value)>;

namespace detail {

HookHandle add_parameter_registration_hook(ParameterRegistrationHook hook);
HookHandle add_buffer_registration_hook(ParameterRegistrationHook hook);
HookHandle add_module_registration_hook(ModuleRegistrationHook hook);

/// A registration hook that gives a `Value`, of one that may return nothing.
template <class Value, class F>
auto registration_hook(F hook) {
    lithe::detail::check_hook(hook);
    return [hook = std::move(hook)](Module& module, const std::string& name,
                                    const Value& value) mutable -> Value {
        if constexpr (std::is_void_v<
                          std::invoke_result_t<F&, Module&, const std::string&, const Value&>>) {
            hook(module, name, value);
            return {};
        } else {
            return hook(module, name, value);
        }
    };
}

}  // namespace detail

template <std::invocable<Module&, const std::string&, const Tensor&> F>
HookHandle register_module_parameter_registration_hook(F hook) {
    return detail::add_parameter_registration_hook(
        detail::registration_hook<Tensor>(std::move(hook)));
}
template <std::invocable<Module&, const std::string&, const Tensor&> F>
HookHandle register_module_buffer_registration_hook(F hook) {
    return detail::add_buffer_registration_hook(detail::registration_hook<Tensor>(std::move(hook)));
}
template <std::invocable<Module&, const std::string&, const std::shared_ptr<Module>&> F>
HookHandle register_module_module_registration_hook(F hook) {
    return detail::add_module_registration_hook(
        detail::registration_hook<std::shared_ptr<Module>>(std::move(hook)));
}

namespace detail {
Tensor run_parameter_registration(Module& module, const std::string& name, Tensor value);
Tensor run_buffer_registration(Module& module, const std::string& name, Tensor value);
std::shared_ptr<Module> run_module_registration(Module& module, const std::string& name,
                                                std::shared_ptr<Module> value);
}  // namespace detail

}  // namespace nn
}  // namespace lithe
