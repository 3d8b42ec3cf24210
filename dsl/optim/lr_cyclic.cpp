#include "dsl/optim/lr_cyclic.h"

#include <cmath>
#include <numbers>

#include "runtime/error.h"

namespace lithe::optim {
namespace {

[[noreturn]] void fail(const std::string& text) { throw UserError("lr_scheduler.options", text); }

/// Sets the momentum of a group, or the first beta. Errors: lr_scheduler.momentum.
void set_momentum(OptimizerParamGroup& group, double momentum) {
    const OptionValues values = group.options().values();
    const auto betas = values.find("betas");
    if (betas != values.end()) {
        std::vector<double> pair = std::get<std::vector<double>>(betas->second);
        pair[0] = momentum;
        group.options().set_values({{"betas", pair}});
    } else if (values.contains("momentum")) {
        group.options().set_values({{"momentum", momentum}});
    } else {
        throw UserError("lr_scheduler.momentum",
                        "lr_scheduler: optimizer must support momentum or beta1 with "
                        "`cycle_momentum` option enabled");
    }
}

double extra(const OptimizerParamGroup& group, const char* name) {
    const auto at = group.extras().find(name);
    if (at == group.extras().end())
        fail(std::string("OneCycleLR: no '") + name + "' in the parameter group to resume with");
    return to_number(name, at->second);
}

void start_momentum(Optimizer& optimizer, const std::vector<double>& most,
                    const std::vector<double>& least) {
    for (size_t i = 0; i < most.size(); ++i) {
        OptimizerParamGroup& group = optimizer.param_groups()[i];
        set_momentum(group, most[i]);
        group.extras()["max_momentum"] = most[i];
        group.extras()["base_momentum"] = least[i];
    }
}

/// The groups begin at their base rates.
Optimizer& with_base(Optimizer& optimizer, const PerGroup& base_lr, int64_t last_epoch) {
    const std::vector<double> base = base_lr.expanded("base_lr", optimizer.param_groups().size());
    for (size_t i = 0; last_epoch == -1 && i < base.size(); ++i) {
        optimizer.param_groups()[i].options().set_lr(base[i]);
    }
    return optimizer;
}

}  // namespace

CyclicLR::CyclicLR(Optimizer& optimizer, const PerGroup& base_lr, const PerGroup& max_lr,
                   CyclicLROptions options)
    : LRScheduler(with_base(optimizer, base_lr, options.last_epoch), options.last_epoch),
      options_(std::move(options)),
      max_lrs_(max_lr.expanded("max_lr", group_count())) {
    if (!options_.scale_fn) {
        const bool is_known = options_.mode == "triangular" || options_.mode == "triangular2" ||
                              options_.mode == "exp_range";
        if (!is_known)
            fail("CyclicLR: mode '" + options_.mode + "' is invalid and there is no scale_fn");
        options_.scale_mode = options_.mode == "exp_range" ? "iterations" : "cycle";
    }
    const auto up = static_cast<double>(options_.step_size_up);
    const auto down = static_cast<double>(options_.step_size_down.value_or(options_.step_size_up));
    if (up <= 0 || down < 0)
        fail("CyclicLR: invalid step sizes " + std::to_string(up) + " and " + std::to_string(down));
    total_size_ = up + down;
    step_ratio_ = up / total_size_;
    if (options_.cycle_momentum) {
        base_momentums_ = options_.base_momentum.expanded("base_momentum", group_count());
        max_momentums_ = options_.max_momentum.expanded("max_momentum", group_count());
        if (last_epoch_ == -1) start_momentum(optimizer_, max_momentums_, base_momentums_);
    }
    const std::vector<double> base = base_lr.expanded("base_lr", group_count());
    begin();
    base_lrs_ = base;
}

double CyclicLR::scale(double cycle) const {
    const double at = options_.scale_mode == "cycle" ? cycle : static_cast<double>(last_epoch_);
    if (options_.scale_fn) return options_.scale_fn(at);
    if (options_.mode == "triangular2") return 1 / std::pow(2.0, at - 1);
    return options_.mode == "exp_range" ? std::pow(options_.gamma, at) : 1;
}

std::vector<double> CyclicLR::get_lr() {
    const double position = static_cast<double>(last_epoch_) / total_size_;
    const double cycle = std::floor(1 + position), x = 1 + position - cycle;
    const double height = x <= step_ratio_ ? x / step_ratio_ : (x - 1) / (step_ratio_ - 1);
    std::vector<double> result;
    for (size_t i = 0; i < group_count(); ++i) {
        result.push_back(base_lrs_[i] + (max_lrs_[i] - base_lrs_[i]) * height * scale(cycle));
        if (!options_.cycle_momentum) continue;
        set_momentum(
            optimizer_.param_groups()[i],
            max_momentums_[i] - (max_momentums_[i] - base_momentums_[i]) * height * scale(cycle));
    }
    return result;
}

OneCycleLR::OneCycleLR(Optimizer& optimizer, const PerGroup& max_lr, OneCycleLROptions options)
    : LRScheduler(optimizer, options.last_epoch), options_(std::move(options)) {
    const OneCycleLROptions& o = options_;
    if (!o.total_steps && !(o.epochs && o.steps_per_epoch)) {
        fail("OneCycleLR: You must define either total_steps OR (epochs AND steps_per_epoch)");
    }
    total_steps_ = o.total_steps ? *o.total_steps : *o.epochs * *o.steps_per_epoch;
    if (total_steps_ <= 0)
        fail("OneCycleLR: Expected positive integer total_steps, but got " +
             std::to_string(total_steps_));
    if (!(o.pct_start >= 0 && o.pct_start <= 1)) {
        fail("OneCycleLR: Expected float between 0 and 1 pct_start, but got " +
             std::to_string(o.pct_start));
    }
    if (o.anneal_strategy != "cos" && o.anneal_strategy != "linear") {
        fail("OneCycleLR: anneal_strategy must be one of 'cos' or 'linear', instead got " +
             o.anneal_strategy);
    }
    const auto total = static_cast<double>(total_steps_);
    phases_.push_back(
        {o.pct_start * total - 1, "initial_lr", "max_lr", "max_momentum", "base_momentum"});
    if (o.three_phase) {
        phases_.push_back(
            {2 * o.pct_start * total - 2, "max_lr", "initial_lr", "base_momentum", "max_momentum"});
        phases_.push_back({total - 1, "initial_lr", "min_lr", "max_momentum", "max_momentum"});
    } else {
        phases_.push_back({total - 1, "max_lr", "min_lr", "base_momentum", "max_momentum"});
    }
    const std::vector<double> highest = max_lr.expanded("max_lr", group_count());
    if (last_epoch_ == -1) {
        for (size_t i = 0; i < group_count(); ++i) {
            OptionValues& extras = optimizer_.param_groups()[i].extras();
            base_lrs_[i] = highest[i] / o.div_factor;
            extras["initial_lr"] = base_lrs_[i];
            extras["max_lr"] = highest[i];
            extras["min_lr"] = base_lrs_[i] / o.final_div_factor;
        }
        if (o.cycle_momentum) {
            start_momentum(optimizer_, o.max_momentum.expanded("max_momentum", group_count()),
                           o.base_momentum.expanded("base_momentum", group_count()));
        }
    }
    begin();
}

double OneCycleLR::annealed(double start, double end, double share) const {
    if (options_.anneal_strategy == "linear") return (end - start) * share + start;
    return end + (start - end) / 2 * (std::cos(std::numbers::pi * share) + 1);
}

std::vector<double> OneCycleLR::get_lr() {
    if (last_epoch_ > total_steps_) {
        throw UserError("lr_scheduler.steps",
                        "OneCycleLR: Tried to step " + std::to_string(last_epoch_) +
                            " times. The specified number of total steps is " +
                            std::to_string(total_steps_));
    }
    const auto step = static_cast<double>(last_epoch_);
    size_t at = 0;
    while (at + 1 < phases_.size() && step > phases_[at].end) ++at;
    const Phase& phase = phases_[at];
    const double start = at == 0 ? 0 : phases_[at - 1].end,
                 share = (step - start) / (phase.end - start);
    std::vector<double> result;
    for (OptimizerParamGroup& group : optimizer_.param_groups()) {
        result.push_back(annealed(extra(group, phase.start_lr), extra(group, phase.end_lr), share));
        if (!options_.cycle_momentum) continue;
        set_momentum(group, annealed(extra(group, phase.start_momentum),
                                     extra(group, phase.end_momentum), share));
    }
    return result;
}

}  // namespace lithe::optim
