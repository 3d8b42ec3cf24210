#include "dsl/optim/lr_scheduler.h"

#include "dsl/warning.h"
#include "runtime/error.h"

namespace lithe::optim {

std::vector<double> PerGroup::expanded(const std::string& name, size_t count) const {
    if (!is_list_) return std::vector<double>(count, values_[0]);
    if (values_.size() == count) return values_;
    throw UserError("lr_scheduler.groups",
                    name + " must have the same length as optimizer.param_groups: " +
                        std::to_string(values_.size()) + " values, " + std::to_string(count) +
                        " groups");
}

LRScheduler::LRScheduler(Optimizer& optimizer, int64_t last_epoch)
    : optimizer_(optimizer), last_epoch_(last_epoch) {
    size_t i = 0;
    for (OptimizerParamGroup& group : optimizer.param_groups()) {
        if (last_epoch == -1) group.extras().try_emplace("initial_lr", group.options().get_lr());
        const auto at = group.extras().find("initial_lr");
        if (at == group.extras().end()) {
            throw UserError("lr_scheduler.initial_lr",
                            "lr_scheduler: param 'initial_lr' is not specified in param_groups[" +
                                std::to_string(i) + "] when resuming at epoch " +
                                std::to_string(last_epoch) + "; load the optimizer's state first");
        }
        base_lrs_.push_back(to_number("initial_lr", at->second));
        ++i;
    }
}

LRScheduler::LRScheduler(Optimizer& optimizer) : LRScheduler(optimizer, -1) {
    is_libtorch_style_ = true;
}

void LRScheduler::begin() {
    step_count_ = 0;
    is_initial_ = true;
    step();
    is_initial_ = false;
}

void LRScheduler::step() {
    if (is_libtorch_style_) {
        set_rates(get_lrs());
        ++step_count_;
        ++last_epoch_;
        return;
    }
    if (step_count_ == 1 && optimizer_.step_count() == 0) {
        warn(
            "Detected call of `lr_scheduler.step()` before `optimizer.step()`: the first value "
            "of the schedule is skipped");
    }
    ++step_count_;
    update(std::nullopt);
}

void LRScheduler::update(std::optional<int64_t> epoch) {
    last_epoch_ = epoch.value_or(last_epoch_ + 1);
    set_rates(epoch ? get_closed_form_lr() : get_lr());
}

std::vector<double> LRScheduler::rates() const {
    std::vector<double> result;
    for (const OptimizerParamGroup& group : optimizer_.param_groups())
        result.push_back(group.options().get_lr());
    return result;
}

std::vector<double> LRScheduler::scaled(double factor) const {
    std::vector<double> result = rates();
    for (double& rate : result) rate *= factor;
    return result;
}

std::vector<double> LRScheduler::scaled_base(double factor) const {
    std::vector<double> result = base_lrs_;
    for (double& rate : result) rate *= factor;
    return result;
}

void LRScheduler::set_rates(const std::vector<double>& rates) {
    auto& groups = optimizer_.param_groups();
    if (rates.size() != groups.size()) {
        throw UserError("lr_scheduler.groups",
                        "lr_scheduler: the optimizer has " + std::to_string(groups.size()) +
                            " parameter groups, it had " + std::to_string(rates.size()) +
                            " when the scheduler was made");
    }
    for (size_t i = 0; i < groups.size(); ++i) groups[i].options().set_lr(rates[i]);
    last_lr_ = rates;
}

SchedulerState LRScheduler::state_dict() const {
    return {{"last_epoch", last_epoch_},
            {"_step_count", step_count_},
            {"base_lrs", base_lrs_},
            {"_last_lr", last_lr_}};
}

void LRScheduler::load_state_dict(const SchedulerState& state) {
    const auto list = [&](const char* name, std::vector<double>& to) {
        const auto at = state.find(name);
        if (at == state.end()) return;
        const auto* values = std::get_if<std::vector<double>>(&at->second);
        if (!values || values->size() != group_count()) {
            throw UserError("lr_scheduler.state", std::string("load_state_dict: '") + name +
                                                      "' has not one rate for each of " +
                                                      std::to_string(group_count()) +
                                                      " parameter groups");
        }
        to = *values;
    };
    const auto at = state.find("last_epoch");
    if (at == state.end()) {
        throw UserError("lr_scheduler.state",
                        "load_state_dict: the state of a scheduler has 'last_epoch'");
    }
    std::vector<double> base = base_lrs_, last = last_lr_;
    list("base_lrs", base);
    list("_last_lr", last);
    base_lrs_ = base;
    last_lr_ = last;
    last_epoch_ = static_cast<int64_t>(to_number("last_epoch", at->second));
    const auto count = state.find("_step_count");
    if (count != state.end())
        step_count_ = static_cast<int64_t>(to_number("_step_count", count->second));
}

}  // namespace lithe::optim
