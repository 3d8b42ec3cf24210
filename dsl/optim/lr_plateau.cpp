#include "dsl/optim/lr_plateau.h"

#include <algorithm>
#include <limits>

#include "runtime/error.h"

namespace lithe::optim {
namespace {

[[noreturn]] void fail(const std::string& text) {
    throw UserError("lr_scheduler.options", "ReduceLROnPlateau: " + text);
}

}  // namespace

ReduceLROnPlateau::ReduceLROnPlateau(Optimizer& optimizer, ReduceLROnPlateauOptions options)
    : optimizer_(optimizer), options_(std::move(options)) {
    if (options_.factor >= 1)
        fail("Factor should be < 1.0, got " + std::to_string(options_.factor));
    if (options_.mode != "min" && options_.mode != "max")
        fail("mode " + options_.mode + " is unknown!");
    if (options_.threshold_mode != "rel" && options_.threshold_mode != "abs") {
        fail("threshold mode " + options_.threshold_mode + " is unknown!");
    }
    options_.min_lr.expanded("min_lr",
                             optimizer.param_groups().size());  // throws where they do not fit
    best_ = options_.mode == "min" ? std::numeric_limits<double>::infinity()
                                   : -std::numeric_limits<double>::infinity();
}

bool ReduceLROnPlateau::is_better(double metric) const {
    const bool is_relative = options_.threshold_mode == "rel";
    if (options_.mode == "min") {
        return metric <
               (is_relative ? best_ * (1 - options_.threshold) : best_ - options_.threshold);
    }
    return metric > (is_relative ? best_ * (1 + options_.threshold) : best_ + options_.threshold);
}

void ReduceLROnPlateau::step(double metric) {
    ++last_epoch_;
    if (is_better(metric)) {
        best_ = metric;
        bad_epochs_ = 0;
    } else {
        ++bad_epochs_;
    }
    if (cooldown_counter_ > 0) {
        --cooldown_counter_;
        bad_epochs_ = 0;
    }
    if (bad_epochs_ <= options_.patience) return;
    auto& groups = optimizer_.param_groups();
    const std::vector<double> least = options_.min_lr.expanded("min_lr", groups.size());
    for (size_t i = 0; i < groups.size(); ++i) {
        const double before = groups[i].options().get_lr();
        const double after = std::max(before * options_.factor, least[i]);
        if (before - after > options_.eps) groups[i].options().set_lr(after);
    }
    cooldown_counter_ = options_.cooldown;
    bad_epochs_ = 0;
}

std::vector<double> ReduceLROnPlateau::get_last_lr() const {
    std::vector<double> rates;
    for (const OptimizerParamGroup& group : optimizer_.param_groups())
        rates.push_back(group.options().get_lr());
    return rates;
}

SchedulerState ReduceLROnPlateau::state_dict() const {
    return {{"best", best_},
            {"num_bad_epochs", bad_epochs_},
            {"cooldown_counter", cooldown_counter_},
            {"last_epoch", last_epoch_},
            {"_last_lr", get_last_lr()}};
}

void ReduceLROnPlateau::load_state_dict(const SchedulerState& state) {
    const auto number = [&](const char* name) {
        const auto at = state.find(name);
        if (at == state.end()) {
            throw UserError(
                "lr_scheduler.state",
                std::string("load_state_dict: the state of ReduceLROnPlateau has '") + name + "'");
        }
        return to_number(name, at->second);
    };
    const double best = number("best"), bad = number("num_bad_epochs"),
                 cooldown = number("cooldown_counter");
    last_epoch_ = static_cast<int64_t>(number("last_epoch"));
    best_ = best;
    bad_epochs_ = static_cast<int64_t>(bad);
    cooldown_counter_ = static_cast<int64_t>(cooldown);
}

namespace {

PerGroup least_rates(const std::vector<float>& rates) {
    return rates.empty() ? PerGroup(0.0)
                         : PerGroup(std::vector<double>(rates.begin(), rates.end()));
}

}  // namespace

ReduceLROnPlateauScheduler::ReduceLROnPlateauScheduler(Optimizer& optimizer, SchedulerMode mode,
                                                       float factor, int patience, double threshold,
                                                       ThresholdMode threshold_mode, int cooldown,
                                                       const std::vector<float>& min_lr, double eps)
    : ReduceLROnPlateau(optimizer, {.mode = mode == min ? "min" : "max",
                                    .factor = factor,
                                    .patience = patience,
                                    .threshold = threshold,
                                    .threshold_mode = threshold_mode == rel ? "rel" : "abs",
                                    .cooldown = cooldown,
                                    .min_lr = least_rates(min_lr),
                                    .eps = eps}) {}

}  // namespace lithe::optim
