#include "tests/contract/hook_program.h"

namespace lithe::tests {

HookSide::HookSide(const std::vector<HookPlan>& plans, Register add)
    : plans_(plans), register_(std::move(add)), handles_(plans.size()), calls_(plans.size()) {}

void HookSide::add(size_t index) {
    handles_[index] =
        register_(plans_[index], [this, index](HookEvent& event) { fire(index, event); });
}

void HookSide::remove_all() {
    for (auto& handle : handles_) {
        if (handle) handle();
    }
}

void HookSide::fire(size_t index, HookEvent& event) {
    const HookPlan& plan = plans_[index];
    Entry entry;
    entry.what = std::to_string(index) + (event.is_pre ? " pre " : " post ") + event.path + " " +
                 std::to_string(event.inputs.size()) + "/" + std::to_string(event.outputs.size());
    entry.values = event.inputs;
    entry.values.insert(entry.values.end(), event.outputs.begin(), event.outputs.end());
    log.push_back(std::move(entry));
    using Action = HookPlan::Action;
    const int call = ++calls_[index];
    switch (plan.action) {
        case Action::read:
            return;
        case Action::replace: {
            std::vector<Numbers>& tensors = event.is_pre ? event.inputs : event.outputs;
            if (tensors.empty()) return;
            for (double& x : tensors[plan.slot % tensors.size()]) x = x * 0.75 + 0.5;
            event.is_changed = true;
            return;
        }
        case Action::remove_itself:
            return handles_[index]();
        case Action::remove_other:
            if (handles_[plan.other]) handles_[plan.other]();
            return;
        case Action::add_other:
            if (!handles_[plan.other]) add(plan.other);
            return;
        case Action::fail:
            if (call == plan.fails_at) throw HookFailure("hook " + std::to_string(index));
            return;
    }
}

std::vector<HookPlan> random_plans(std::mt19937_64& random, const std::vector<std::string>& paths,
                                   size_t count, bool may_fail) {
    std::vector<HookPlan> plans;
    for (size_t i = 0; i < count; ++i) {
        HookPlan plan;
        plan.path = paths[random() % paths.size()];
        plan.is_global = random() % 8 == 0;
        plan.is_pre = random() % 2 == 0;
        plan.prepend = random() % 3 == 0;
        plan.always_call = !plan.is_pre && random() % 3 == 0;
        plan.action = static_cast<HookPlan::Action>(random() % (may_fail ? 6 : 5));
        plan.other = random() % count;
        plan.slot = random() % 3;
        plan.fails_at = 1 + static_cast<int>(random() % 3);
        plans.push_back(std::move(plan));
    }
    return plans;
}

}  // namespace lithe::tests
