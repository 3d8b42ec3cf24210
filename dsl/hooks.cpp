#include "dsl/hooks.h"

#include <exception>
#include <mutex>

#include "dsl/autograd.h"
#include "dsl/module.h"
#include "dsl/op_list.h"  // generated from the folder of ops
#include "dsl/tracer.h"
#include "dsl/value.h"
#include "dsl/warning.h"
#include "runtime/error.h"

namespace lithe::nn {
namespace {

struct GlobalHooks {
    detail::CallHooks calls;
    detail::HookList<ParameterRegistrationHook> parameter_registration, buffer_registration;
    detail::HookList<ModuleRegistrationHook> module_registration;
};

GlobalHooks& global_hooks() {
    static GlobalHooks instance;
    return instance;
}

/// What PyTorch calls the step of the tape that calls the backward hooks.
const char hook_step[] = "BackwardHookFunction";

std::vector<std::shared_ptr<const Value>> values_of(const Tensors& tensors) {
    std::vector<std::shared_ptr<const Value>> values;
    for (const Tensor& tensor : tensors) {
        if (tensor.defined()) values.push_back(tensor.value());
    }
    return values;
}

void check_count(const Module& module, const char* kind, size_t got, size_t expected) {
    if (got == expected) return;
    throw UserError("hook.count",
                    module.name() + ": a " + kind + " returned an invalid number of tensors, got " +
                        std::to_string(got) + ", but expected " + std::to_string(expected));
}

template <class Registration, class T>
T registered(const detail::HookList<Registration>& hooks, Module& module, const std::string& name,
             T value) {
    for (const auto& entry : hooks.snapshot()) {
        if (T changed = entry->hook(module, name, value); static_cast<bool>(changed)) {
            value = std::move(changed);
        }
    }
    return value;
}

}  // namespace

const Arguments::Item& Arguments::checked(size_t index) const {
    if (index < items_.size()) return items_[index];
    throw UserError("hook.argument", "hook: argument " + std::to_string(index) + " of " +
                                         std::to_string(items_.size()));
}

void Arguments::throw_type(size_t index, const std::type_info& wanted) const {
    throw UserError("hook.argument", "hook: argument " + std::to_string(index) + " is a " +
                                         class_name(type(index)) + ", not a " + class_name(wanted));
}

namespace detail {

CallHooks& global_call_hooks() { return global_hooks().calls; }

void CallHooks::append(const CallHooks& other) {
    forward_pre.append(other.forward_pre);
    forward.append(other.forward);
    backward_pre.append(other.backward_pre);
    backward.append(other.backward);
}

/// The hooks of one kind as a call fires them: the global ones, then the module's own.
template <class List>
static typename List::Snapshot both(const Module& module, List CallHooks::* kind) {
    auto entries = (global_hooks().calls.*kind).snapshot();
    if (module.hooks()) {
        const auto own = (module.hooks()->*kind).snapshot();
        entries.insert(entries.end(), own.begin(), own.end());
    }
    return entries;
}

bool takes_arguments(const Module& module) {
    return global_hooks().calls.takes_arguments() ||
           (module.hooks() && module.hooks()->takes_arguments());
}

bool is_observed(const Module& module) {
    return Tracer::current() || !global_hooks().calls.empty() ||
           (module.hooks() && !module.hooks()->empty());
}

static Tensor second_name(const Tensor& tensor) {
    return apply(reshape_op, {tensor}, {{"shape", tensor.sizes()}});
}

/// What the gradient steps around a call share: the gradients of its results.
struct CallFrame::Backward {
    Module* module = nullptr;
    std::shared_ptr<Module> alive;
    size_t input_count = 0;
    std::vector<size_t> wrapped_inputs;  ///< indices of the inputs that want gradients
    Tensors grad_output;
    bool is_input_wrapped = false;

    using PreHooks = HookList<BackwardPreHook>::Snapshot;
    using Hooks = HookList<BackwardHook>::Snapshot;
    PreHooks pre_hooks;
    Hooks hooks;

    void run_pre_hooks() {
        for (const auto& entry : pre_hooks) {
            std::optional<Tensors> changed = entry->hook(*module, grad_output);
            if (!changed) continue;
            check_count(*module, "backward pre hook", changed->size(), grad_output.size());
            grad_output = std::move(*changed);
        }
    }
    Tensors run_hooks(Tensors grad_input) {
        for (const auto& entry : hooks) {
            std::optional<Tensors> changed = entry->hook(*module, grad_input, grad_output);
            if (!changed) continue;
            if (changed->size() != grad_input.size()) {
                throw UserError("hook.count",
                                "Backward hook returned an invalid number of grad_input, got " +
                                    std::to_string(changed->size()) + ", but expected " +
                                    std::to_string(grad_input.size()));
            }
            grad_input = std::move(*changed);
        }
        return grad_input;
    }
};

CallFrame::CallFrame(Module& module, const Arguments* arguments,
                     const std::vector<Tensor*>* tensors)
    : module_(module),
      arguments_(arguments),
      tensors_(tensors),
      keep_alive_(module.weak_from_this().lock()) {}

const Arguments& CallFrame::arguments() const {
    static const Arguments none;
    return arguments_ ? *arguments_ : none;
}

CallFrame::~CallFrame() {
    if (is_done_) return;
    if (is_entered_) leave_tracer({});
    run_always_called();
}

bool CallFrame::begin(const std::vector<Tensor*>& inputs) {
    for (const Tensor* input : inputs) inputs_.push_back(*input);
    run_pre_hooks();
    wrap_inputs();
    if (Tracer::current()) separate_inputs();
    return is_changed_;
}

void CallFrame::run_pre_hooks() {
    for (const auto& entry : both(module_, &CallHooks::forward_pre)) {
        std::optional<Tensors> changed = entry->hook(module_, inputs_, arguments());
        if (changed) {
            check_count(module_, "forward pre hook", changed->size(), inputs_.size());
            inputs_ = std::move(*changed);
            is_changed_ = true;
            if (tensors_) replace(*tensors_);
        } else if (tensors_) {  // it may have written into the arguments
            for (size_t i = 0; i < inputs_.size(); ++i) inputs_[i] = *(*tensors_)[i];
        }
    }
}

/// Each tensor that a call takes or gives is a value of its own in the graph, as hooks may replace
/// each of them apart: one that comes twice, or goes straight through, gets a second name. It is a
/// view, so that what is written into it is seen under the first name too.
void CallFrame::separate_inputs() {
    for (size_t i = 0; i < inputs_.size(); ++i) {
        if (!inputs_[i].defined()) continue;
        const ValuePtr value = inputs_[i].value();
        const bool is_known = std::any_of(
            inputs_.begin(), inputs_.begin() + static_cast<std::ptrdiff_t>(i),
            [&](const Tensor& other) { return other.defined() && other.value() == value; });
        if (!is_known) continue;
        inputs_[i] = second_name(inputs_[i]);
        is_changed_ = true;
    }
}

void CallFrame::separate_outputs(Tensors& outputs) const {
    for (Tensor& output : outputs) {
        if (output.defined()) output = second_name(output);
    }
}

void CallFrame::replace(const std::vector<Tensor*>& inputs) const {
    for (size_t i = 0; i < inputs.size(); ++i) *inputs[i] = inputs_[i];
}

void CallFrame::enter() {
    if (Tracer* tracer = Tracer::current()) {
        tracer->enter_module(module_, values_of(inputs_));
        is_entered_ = true;
    }
}

void CallFrame::leave_tracer(const Tensors& outputs) {
    is_entered_ = false;
    if (Tracer* tracer = Tracer::current()) tracer->exit_module(module_, values_of(outputs));
}

void CallFrame::end(const std::vector<Tensor*>& outputs) {
    Tensors values;
    for (const Tensor* output : outputs) values.push_back(*output);
    if (is_entered_) {
        separate_outputs(values);
        leave_tracer(values);
    }
    run_hooks(values);
    wrap_outputs(values);
    for (size_t i = 0; i < outputs.size(); ++i) *outputs[i] = values[i];
    is_done_ = true;
}

void CallFrame::run_hooks(Tensors& outputs) {
    for (const auto& entry : both(module_, &CallHooks::forward)) {
        fired_.push_back(entry.get());
        std::optional<Tensors> changed = entry->hook(module_, inputs_, arguments(), outputs);
        if (!changed) continue;
        check_count(module_, "forward hook", changed->size(), outputs.size());
        outputs = std::move(*changed);
    }
}

/// After an exception: hooks that want to be called in any case and have not been.
void CallFrame::run_always_called() {
    for (const auto& entry : both(module_, &CallHooks::forward)) {
        const bool has_fired = std::find(fired_.begin(), fired_.end(), entry.get()) != fired_.end();
        if (!entry->always_call || has_fired) continue;
        std::string what = "an exception of unknown type";
        try {
            entry->hook(module_, inputs_, arguments(), {});
            continue;
        } catch (const std::exception& error) {
            what = error.what();
        } catch (...) {
        }
        warn(
            "module forward hook with always_call = true raised an exception that was silenced, "
            "as another error was raised in forward: " +
            what);
    }
}

void CallFrame::wrap_inputs() {
    auto backward = std::make_shared<Backward>();
    backward->pre_hooks = both(module_, &CallHooks::backward_pre);
    backward->hooks = both(module_, &CallHooks::backward);
    if (backward->pre_hooks.empty() && backward->hooks.empty()) return;
    backward->module = &module_;
    backward->alive = keep_alive_;
    backward->input_count = inputs_.size();
    backward_ = backward;

    Tensors wrapped;
    for (size_t i = 0; i < inputs_.size(); ++i) {
        if (!inputs_[i].defined() || !inputs_[i].requires_grad()) continue;
        backward->wrapped_inputs.push_back(i);
        wrapped.push_back(inputs_[i]);
    }
    if (wrapped.empty() || !GradMode::is_enabled()) return;
    const Tensors linked =
        autograd::pass_on(wrapped, hook_step, [backward](std::span<const Tensor> gradients) {
            Tensors grad_input(backward->input_count);
            for (size_t i = 0; i < backward->wrapped_inputs.size(); ++i) {
                if (i < gradients.size()) grad_input[backward->wrapped_inputs[i]] = gradients[i];
            }
            grad_input = backward->run_hooks(std::move(grad_input));
            Tensors result;
            for (const size_t i : backward->wrapped_inputs) result.push_back(grad_input[i]);
            return result;
        });
    for (size_t i = 0; i < linked.size(); ++i) inputs_[backward->wrapped_inputs[i]] = linked[i];
    backward->is_input_wrapped = true;
    is_changed_ = true;
}

void CallFrame::wrap_outputs(Tensors& outputs) {
    if (!backward_ || !GradMode::is_enabled()) return;
    std::vector<size_t> indices;
    Tensors wrapped;
    for (size_t i = 0; i < outputs.size(); ++i) {
        if (!outputs[i].defined() || !outputs[i].requires_grad()) continue;
        indices.push_back(i);
        wrapped.push_back(outputs[i]);
    }
    if (wrapped.empty()) return;
    const size_t count = outputs.size();
    const Tensors linked = autograd::pass_on(
        wrapped, hook_step,
        [backward = backward_, indices, count](std::span<const Tensor> gradients) {
            backward->grad_output.assign(count, {});
            for (size_t i = 0; i < gradients.size(); ++i) {
                backward->grad_output[indices[i]] = gradients[i];
            }
            backward->run_pre_hooks();
            if (!backward->is_input_wrapped && !backward->hooks.empty()) {
                warn(backward->module->name() +
                     ": a full backward hook fires when the gradients of the "
                     "results are known, since no argument requires grad");
                backward->run_hooks(Tensors(backward->input_count));
            }
            Tensors result;
            for (const size_t i : indices) result.push_back(backward->grad_output[i]);
            return result;
        });
    for (size_t i = 0; i < linked.size(); ++i) outputs[indices[i]] = linked[i];
}

Tensor run_parameter_registration(Module& module, const std::string& name, Tensor value) {
    return registered(global_hooks().parameter_registration, module, name, std::move(value));
}

Tensor run_buffer_registration(Module& module, const std::string& name, Tensor value) {
    return registered(global_hooks().buffer_registration, module, name, std::move(value));
}

ModulePtr run_module_registration(Module& module, const std::string& name, ModulePtr value) {
    return registered(global_hooks().module_registration, module, name, std::move(value));
}

HookHandle add_parameter_registration_hook(ParameterRegistrationHook hook) {
    return global_hooks().parameter_registration.add(std::move(hook));
}
HookHandle add_buffer_registration_hook(ParameterRegistrationHook hook) {
    return global_hooks().buffer_registration.add(std::move(hook));
}
HookHandle add_module_registration_hook(ModuleRegistrationHook hook) {
    return global_hooks().module_registration.add(std::move(hook));
}

}  // namespace detail

detail::ModuleHooks& Module::made_hooks() {
    if (!hooks_) hooks_ = std::make_unique<detail::ModuleHooks>();
    return *hooks_;
}

HookHandle Module::register_state_dict_pre_hook(StateDictPreHook hook) {
    return made_hooks().state_dict_pre.add(std::move(hook));
}
HookHandle Module::register_state_dict_post_hook(StateDictPostHook hook) {
    return made_hooks().state_dict_post.add(std::move(hook));
}
HookHandle Module::register_load_state_dict_pre_hook(LoadPreHook hook) {
    return made_hooks().load_pre.add(std::move(hook));
}
HookHandle Module::register_load_state_dict_post_hook(LoadPostHook hook) {
    return made_hooks().load_post.add(std::move(hook));
}

}  // namespace lithe::nn
