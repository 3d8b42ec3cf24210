#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <typeindex>
#include <utility>
#include <vector>

#include "dsl/hooks.h"
#include "dsl/ordered_dict.h"
#include "dsl/parameter.h"
#include "dsl/reflect.h"
#include "dsl/state_dict.h"
#include "dsl/tensor.h"

namespace lithe::serialize {
class OutputArchive;
class InputArchive;
}  // namespace lithe::serialize

namespace lithe::nn {

using ModulePtr = std::shared_ptr<Module>;
using NamedTensors = OrderedDict<std::string, Tensor>;
using NamedModules = OrderedDict<std::string, ModulePtr>;

/// How a walk over a module tree goes.
struct WalkOptions {
    std::string prefix;            ///< in front of every name, followed by a dot
    bool recurse = true;           ///< into the children
    bool remove_duplicate = true;  ///< what has several names comes once, under the first
    bool include_self = true;      ///< named_modules: the module itself, under the prefix
};

/// What a module itself holds, without its children's: names in registration order, the present
/// values. Undefined tensors and empty modules keep their place.
struct Members {
    struct State {
        std::string name;
        Tensor tensor;
        bool persistent = true;
    };
    struct Child {
        std::string name;
        ModulePtr module;
    };
    std::vector<State> parameters, buffers;
    std::vector<Child> children;
};

/// Base of all layers and models.
///
/// Parameters, buffers and children are read through the fields of the class, as lithe-reflect
/// described them, in declaration order; nothing has to be registered. What was registered
/// explicitly comes first. Where a registered name is also a field's, the field's value counts.
class Module : public std::enable_shared_from_this<Module> {
public:
    Module() = default;
    explicit Module(std::string name) : name_(std::move(name)) {}
    Module(const Module& other);
    Module& operator=(const Module& other);
    Module(Module&&) = default;
    Module& operator=(Module&&) = default;
    virtual ~Module();

    // --- identity --------------------------------------------------------------------------------
    /// The author's class.
    virtual std::type_index class_type() const;
    /// `Linear` for LinearImpl; or the name given to the constructor.
    std::string name() const;
    /// This module as the author's class or its holder's, or null.
    template <class T>
    auto* as() {
        if constexpr (requires { typename T::ContainedType; }) {
            // As the holder would give it, so that hooks fire.
            return T::called(dynamic_cast<typename T::ContainedType*>(this));
        } else {
            return dynamic_cast<T*>(this);
        }
    }
    template <class T>
    auto* as() const {
        return const_cast<
            const std::remove_pointer_t<decltype(const_cast<Module*>(this)->as<T>())>*>(
            const_cast<Module*>(this)->as<T>());
    }

    // --- registration ----------------------------------------------------------------------------
    // Errors: module.name (empty or with a dot), module.duplicate_name.

    /// Makes `tensor`, which may be undefined, a parameter.
    Tensor& register_parameter(const std::string& name, Tensor tensor, bool requires_grad = true);
    /// A buffer that is not `persistent` stays out of the state_dict.
    Tensor& register_buffer(const std::string& name, Tensor tensor, bool persistent = true);
    template <class M>
        requires std::derived_from<M, Module>
    std::shared_ptr<M> register_module(const std::string& name, std::shared_ptr<M> module) {
        add_child(name, module);
        return module;
    }
    /// Takes a holder and gives it back, so that hooks fire for `->forward()` of the result.
    template <class Holder>
        requires requires { typename Holder::ContainedType; }
    Holder register_module(const std::string& name, Holder holder) {
        add_child(name, holder.is_empty() ? nullptr : ModulePtr(holder.ptr()));
        return holder;
    }
    template <class M>
    auto add_module(const std::string& name, M module) {
        return register_module(name, std::move(module));
    }
    /// Puts `module` in the place of a registered one. Errors: module.unknown_name.
    template <class M>
    auto replace_module(const std::string& name, M module) {
        unregister_for_replacement(name);
        return register_module(name, std::move(module));
    }
    /// Errors: module.unknown_name.
    void unregister_module(const std::string& name);

    // --- walking the tree ------------------------------------------------------------------------
    Members members() const;

    std::vector<Tensor> parameters(bool recurse = true) const;
    NamedTensors named_parameters(bool recurse = true) const;
    NamedTensors named_parameters(const WalkOptions& options) const;
    std::vector<Tensor> buffers(bool recurse = true) const;
    NamedTensors named_buffers(bool recurse = true) const;
    NamedTensors named_buffers(const WalkOptions& options) const;
    std::vector<ModulePtr> children() const;
    NamedModules named_children() const;
    std::vector<ModulePtr> modules(bool include_self = true) const;
    NamedModules named_modules(const std::string& prefix = {}, bool include_self = true) const;
    NamedModules named_modules(const WalkOptions& options) const;

    /// What a dotted path leads to; the empty path is the module itself. Errors:
    /// module.unknown_path, with the nearest name.
    ModulePtr get_submodule(const std::string& path) const;
    Tensor get_parameter(const std::string& path) const;
    Tensor get_buffer(const std::string& path) const;
    /// Puts a module where the path leads. Errors: module.unknown_path, module.replace.
    void set_submodule(const std::string& path, const ModulePtr& module);

    /// Calls `visit` for every module, children first, as Python does.
    Module& apply(const std::function<void(Module&)>& visit);
    Module& apply(const std::function<void(const std::string& path, Module&)>& visit,
                  const std::string& prefix = {});

    // --- computed fields: what nn::utils' weight_norm, prune and parametrize are made of
    // ----------
    /// What a field is before each call of the module.
    using FieldFormula = std::function<Tensor(Module&)>;

    /// The field, or the registered tensor, of this name; null where there is none.
    Tensor* find_tensor(const std::string& name);
    /// Computes the field now and before each call; it is no parameter or buffer then. `kind` is
    /// for who asks. Errors: module.unknown_name.
    void compute_field(const std::string& name, const std::string& kind, FieldFormula formula);
    /// The field is again what `tensor` says. Errors: module.unknown_name.
    void stop_computing(const std::string& name, Tensor tensor);
    /// The kind of the field's formula, empty where it is not computed.
    std::string computed_kind(const std::string& name) const;
    void refresh_fields();
    /// Registers a parameter or buffer from which a field is computed: it comes after the fields.
    void register_part(const std::string& name, Tensor tensor, TensorFieldKind kind);
    void unregister_part(const std::string& name);

    // --- modes and types -------------------------------------------------------------------------
    virtual void train(bool on = true);
    void eval() { train(false); }
    bool is_training() const { return is_training_; }
    /// Of this module alone.
    void set_training(bool on) { is_training_ = on; }
    Module& requires_grad_(bool on = true);
    /// Drops the gradients, or fills them with zeros.
    virtual void zero_grad(bool set_to_none = true);
    /// Converts floating-point parameters and buffers, which keep their identity; others stay.
    /// Errors: module.to.
    virtual void to(DType dtype);
    /// Stays where it is. Errors: device.unavailable.
    void to(const Device& device) { device.require(); }
    void to(DeviceType device) { to(Device(device)); }
    void to(const Device& device, DType dtype) {
        to(device);
        to(dtype);
    }
    /// A copy that shares nothing; what is shared within stays shared. Errors: module.clone.
    virtual ModulePtr clone() const;

    // --- state_dict ------------------------------------------------------------------------------
    /// Aliases (not copies) of parameters and persistent buffers, without history. Tied tensors
    /// come under each of their names.
    StateDict state_dict(const std::string& prefix = {}) const;
    /// All checks come before the first write. Errors: load_state_dict.incompatible, worded as in
    /// PyTorch.
    IncompatibleKeys load_state_dict(const StateDict& dict, const LoadOptions& options = {});

    /// State that is not a tensor, in the form of one; undefined: none.
    virtual Tensor get_extra_state() const { return {}; }
    virtual void set_extra_state(const Tensor&) {}
    /// The number of this class's state format, in the state_dict's metadata.
    virtual int64_t state_version() const { return 1; }
    /// Makes entries of an older version (0: unknown) what this version expects.
    virtual void upgrade_state(StateDict&, const std::string& /*prefix*/, int64_t /*version*/) {}

    // --- hooks -----------------------------------------------------------------------------------
    // A hook may return nothing, a Tensor, Tensors, or std::optional of these. One that takes
    // `const Arguments&` after the inputs sees all arguments of the call. Errors: hook.empty where
    // a std::function or a pointer has nothing to call.

    template <PreHook F>
    HookHandle register_forward_pre_hook(F hook, HookOptions options = {}) {
        return detail::add_forward_pre_hook(made_hooks(), std::move(hook), options);
    }
    template <PostHook F>
    HookHandle register_forward_hook(F hook, HookOptions options = {}) {
        return detail::add_forward_hook(made_hooks(), std::move(hook), options);
    }
    template <std::invocable<Module&, const Tensors&> F>
    HookHandle register_full_backward_pre_hook(F hook, HookOptions options = {}) {
        return detail::add_backward_pre_hook(made_hooks(), std::move(hook), options);
    }
    template <std::invocable<Module&, const Tensors&, const Tensors&> F>
    HookHandle register_full_backward_hook(F hook, HookOptions options = {}) {
        return detail::add_backward_hook(made_hooks(), std::move(hook), options);
    }
    HookHandle register_state_dict_pre_hook(StateDictPreHook hook);
    HookHandle register_state_dict_post_hook(StateDictPostHook hook);
    HookHandle register_load_state_dict_pre_hook(LoadPreHook hook);
    HookHandle register_load_state_dict_post_hook(LoadPostHook hook);

    // --- files -----------------------------------------------------------------------------------
    /// Adds the state_dict to an archive, for LibTorch's sources.
    virtual void save(serialize::OutputArchive& archive) const;
    /// Reads the state_dict from an archive, which may hold more. Errors:
    /// load_state_dict.incompatible.
    virtual void load(serialize::InputArchive& archive);

    // --- printing --------------------------------------------------------------------------------
    /// The module tree as PyTorch prints it.
    std::string str() const;
    /// What str() shows in parentheses: `in_features=784, out_features=128, bias=True`.
    virtual std::string extra_repr() const { return {}; }
    virtual void pretty_print(std::ostream& stream) const;

    /// For library layers: shows one's own fields, which lithe-reflect does not describe.
    virtual void visit_members(FieldVisitor&) {}
    /// For containers: puts a module in the place of a child shown by visit_members.
    virtual bool replace_member(const std::string& /*name*/, const ModulePtr& /*module*/) {
        return false;
    }

    detail::ModuleHooks* hooks() const { return hooks_.get(); }

private:
    void add_child(const std::string& name, ModulePtr module);
    void unregister_for_replacement(const std::string& name);
    void check_new_name(const std::string& kind, const std::string& name) const;
    [[noreturn]] void throw_taken(const std::string& taken) const;
    detail::ModuleHooks& made_hooks();
    /// This module as a pointer: owning where a shared_ptr owns it.
    ModulePtr self() const;
    void visit_all(FieldVisitor& visitor) const;

    std::string name_;
    bool is_training_ = true;
    OrderedDict<std::string, Tensor> parameters_{"Parameter"};
    OrderedDict<std::string, std::pair<Tensor, bool>> buffers_{"Buffer"};
    OrderedDict<std::string, ModulePtr> children_{"Submodule"};
    std::unique_ptr<detail::ModuleHooks> hooks_;
    /// Plain fields that have once been seen as parameters stay such when they are frozen.
    mutable std::set<std::string> known_parameters_;
    std::map<std::string, std::pair<std::string, FieldFormula>> computed_;  ///< kind and formula
    bool computed_hook_ = false;   ///< whether the hook that computes them is there
    std::set<std::string> parts_;  ///< registered by register_part

    friend class MemberReader;
    friend class CloneContext;
    friend class CloneableBase;
};

std::ostream& operator<<(std::ostream& stream, const Module& module);

/// `Linear` for `lithe::nn::LinearImpl`.
std::string class_name(std::type_index type);

}  // namespace lithe::nn
