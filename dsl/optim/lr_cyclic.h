#pragma once

#include "dsl/optim/lr_scheduler.h"

namespace lithe::optim {

struct CyclicLROptions {
    int64_t step_size_up = 2000;            ///< steps from base to max
    std::optional<int64_t> step_size_down;  ///< and back; none: as many
    std::string mode =
        "triangular";  ///< or `triangular2` (half the height each cycle), `exp_range` (gamma^step)
    double gamma = 1;
    std::function<double(double)> scale_fn;  ///< in place of `mode`
    std::string scale_mode =
        "cycle";  ///< what scale_fn gets: the cycle, or with `iterations` the step
    bool cycle_momentum = true;
    PerGroup base_momentum = 0.8, max_momentum = 0.9;
    int64_t last_epoch = -1;
};

/// The rate goes from base_lr to max_lr and back; momentum (or the first beta) the other way.
///
/// Errors: lr_scheduler.options, lr_scheduler.groups, lr_scheduler.momentum.
/// Source: Smith, "Cyclical Learning Rates for Training Neural Networks", WACV 2017.
class CyclicLR : public LRScheduler {
public:
    CyclicLR(Optimizer& optimizer, const PerGroup& base_lr, const PerGroup& max_lr,
             CyclicLROptions options = {});

protected:
    std::vector<double> get_lr() override;

private:
    double scale(double cycle) const;

    CyclicLROptions options_;
    std::vector<double> max_lrs_, base_momentums_, max_momentums_;
    double total_size_, step_ratio_;
};

struct OneCycleLROptions {
    std::optional<int64_t> total_steps;  ///< or both of the next two
    std::optional<int64_t> epochs, steps_per_epoch;
    double pct_start = 0.3;               ///< the share of the steps that goes up
    std::string anneal_strategy = "cos";  ///< or `linear`
    bool cycle_momentum = true;
    PerGroup base_momentum = 0.85, max_momentum = 0.95;
    double div_factor = 25;         ///< the first rate is max_lr / div_factor
    double final_div_factor = 1e4;  ///< the last one is the first / final_div_factor
    bool three_phase = false;       ///< down to the first rate as slowly as up, then to the last
    int64_t last_epoch = -1;
};

/// One cycle of rates over the whole training, and of momentum (or the first beta) the other way.
///
/// Errors: lr_scheduler.options, lr_scheduler.groups, lr_scheduler.momentum, lr_scheduler.steps
/// (more than there are). Source: Smith, Topin, "Super-Convergence", 2018.
class OneCycleLR : public LRScheduler {
public:
    OneCycleLR(Optimizer& optimizer, const PerGroup& max_lr, OneCycleLROptions options);
    OneCycleLR(Optimizer& optimizer, const PerGroup& max_lr, int64_t total_steps)
        : OneCycleLR(optimizer, max_lr, OneCycleLROptions{.total_steps = total_steps}) {}

protected:
    std::vector<double> get_lr() override;

private:
    struct Phase {
        double end;
        const char *start_lr, *end_lr, *start_momentum, *end_momentum;
    };
    double annealed(double start, double end, double share) const;

    OneCycleLROptions options_;
    int64_t total_steps_;
    std::vector<Phase> phases_;
};

}  // namespace lithe::optim
