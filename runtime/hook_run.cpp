#include "runtime/hook_run.h"

#include <algorithm>
#include <exception>

#include "runtime/text.h"

namespace lithe {
namespace {

using artifact::Step;
using Kind = HookRegistry::Kind;

std::vector<TensorView> views(const BoundPlan& plan, std::span<const int32_t> values) {
    std::vector<TensorView> result;
    for (const int32_t value : values) result.push_back(plan.view(value));
    return result;
}

}  // namespace

const artifact::Module& HookRun::module_of(const Step& step) const {
    const artifact::ModuleCall& call = artifact_.calls[static_cast<size_t>(step.index)];
    return artifact_.modules[static_cast<size_t>(call.module)];
}

void HookRun::at_mark(const Step& step, BoundPlan& plan) {
    if (step.kind == Step::Kind::module_input) {
        begin(step, plan);
    } else {
        end(step, plan);
    }
}

void HookRun::begin(const Step& step, const BoundPlan& plan) {
    const int32_t index = artifact_.calls[static_cast<size_t>(step.index)].module;
    open_.push_back({&step, hooks_.observes(index), {}});
    const HookRegistry::Hooks hooks = hooks_.hooks_of(Kind::forward_pre, index);
    if (hooks.empty()) return;
    const artifact::Module& module = module_of(step);
    HookContext context(module.path, module.class_name, views(plan, step.values), {});
    for (const auto& hook : hooks) hook->function(context);
}

void HookRun::end(const Step& step, const BoundPlan& plan) {
    const int32_t index = artifact_.calls[static_cast<size_t>(step.index)].module;
    // A part of a plan may have the end of a call without its beginning.
    const bool is_open = !open_.empty() && open_.back().input->index == step.index;
    const bool is_observed = !is_open || open_.back().is_observed;
    const HookRegistry::Hooks hooks =
        is_observed ? hooks_.hooks_of(Kind::forward, index) : HookRegistry::Hooks();
    if (!hooks.empty()) {
        const std::span<const int32_t> values = step.values;
        const size_t outputs = std::min(values.size(), static_cast<size_t>(step.output_count));
        const size_t inputs = values.size() - outputs;
        const artifact::Module& module = module_of(step);
        HookContext context(module.path, module.class_name, views(plan, values.first(inputs)),
                            views(plan, values.subspan(inputs)));
        for (const auto& hook : hooks) {
            if (is_open) open_.back().fired.push_back(hook->id);
            hook->function(context);
        }
    }
    if (is_open) open_.pop_back();
}

void HookRun::abandon(const BoundPlan& plan, const WarningHandler& warn) {
    for (; !open_.empty(); open_.pop_back()) {
        const OpenCall& call = open_.back();
        if (!call.is_observed) continue;
        const int32_t index = artifact_.calls[static_cast<size_t>(call.input->index)].module;
        const artifact::Module& module = module_of(*call.input);
        for (const auto& hook : hooks_.hooks_of(Kind::forward, index)) {
            const bool has_fired =
                std::find(call.fired.begin(), call.fired.end(), hook->id) != call.fired.end();
            if (!hook->always_call || has_fired) continue;
            HookContext context(module.path, module.class_name, views(plan, call.input->values),
                                {});
            std::string what = "an exception of unknown type";
            try {
                hook->function(context);
                continue;
            } catch (const std::exception& error) {
                what = error.what();
            } catch (...) {
            }
            warn(concat({"forward hook of ", quote(module.path),
                         " with always_call threw an exception that was silenced, as another "
                         "error ends the run: ",
                         what}));
        }
    }
}

}  // namespace lithe
