#pragma once

#include "dsl/optim/lr_scheduler.h"

// Schedules that are a formula of the epoch t. As in PyTorch, each step changes the present rate,
// so that schedules can be chained; `base` is the group's initial rate.

namespace lithe::optim {

/// base * gamma^floor(t / step_size).
class StepLR : public LRScheduler {
public:
    StepLR(Optimizer& optimizer, int64_t step_size, double gamma = 0.1, int64_t last_epoch = -1);

protected:
    std::vector<double> get_lr() override;
    std::vector<double> get_closed_form_lr() override;

private:
    int64_t step_size_;
    double gamma_;
};

/// base * gamma^(how many milestones are at most t).
class MultiStepLR : public LRScheduler {
public:
    MultiStepLR(Optimizer& optimizer, std::vector<int64_t> milestones, double gamma = 0.1,
                int64_t last_epoch = -1);

protected:
    std::vector<double> get_lr() override;
    std::vector<double> get_closed_form_lr() override;

private:
    std::vector<int64_t> milestones_;
    double gamma_;
};

/// base * factor until total_iters, then base. Errors: lr_scheduler.options.
class ConstantLR : public LRScheduler {
public:
    explicit ConstantLR(Optimizer& optimizer, double factor = 1.0 / 3, int64_t total_iters = 5,
                        int64_t last_epoch = -1);

protected:
    std::vector<double> get_lr() override;
    std::vector<double> get_closed_form_lr() override;

private:
    double factor_;
    int64_t total_iters_;
};

/// base * a factor that goes in a line from start_factor to end_factor in total_iters epochs.
/// Errors: lr_scheduler.options.
class LinearLR : public LRScheduler {
public:
    explicit LinearLR(Optimizer& optimizer, double start_factor = 1.0 / 3, double end_factor = 1,
                      int64_t total_iters = 5, int64_t last_epoch = -1);

protected:
    std::vector<double> get_lr() override;
    std::vector<double> get_closed_form_lr() override;

private:
    double start_, end_;
    int64_t total_iters_;
};

/// base * gamma^t.
class ExponentialLR : public LRScheduler {
public:
    ExponentialLR(Optimizer& optimizer, double gamma, int64_t last_epoch = -1);

protected:
    std::vector<double> get_lr() override;
    std::vector<double> get_closed_form_lr() override;

private:
    double gamma_;
};

/// base * (1 - t / total_iters)^power, 0 from total_iters on.
class PolynomialLR : public LRScheduler {
public:
    explicit PolynomialLR(Optimizer& optimizer, int64_t total_iters = 5, double power = 1,
                          int64_t last_epoch = -1);

protected:
    std::vector<double> get_lr() override;
    std::vector<double> get_closed_form_lr() override;

private:
    int64_t total_iters_;
    double power_;
};

/// eta_min + (base - eta_min) (1 + cos(pi t / t_max)) / 2.
///
/// Source: Loshchilov, Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", ICLR 2017.
class CosineAnnealingLR : public LRScheduler {
public:
    CosineAnnealingLR(Optimizer& optimizer, int64_t t_max, double eta_min = 0,
                      int64_t last_epoch = -1);

protected:
    std::vector<double> get_lr() override;
    std::vector<double> get_closed_form_lr() override;

private:
    int64_t t_max_;
    double eta_min_;
};

/// The same from base again after t_0 epochs, then after t_0 t_mult, t_0 t_mult^2, ...
/// Errors: lr_scheduler.options.
class CosineAnnealingWarmRestarts : public LRScheduler {
public:
    CosineAnnealingWarmRestarts(Optimizer& optimizer, int64_t t_0, int64_t t_mult = 1,
                                double eta_min = 0, int64_t last_epoch = -1);
    /// To the next epoch, or to one that may be a fraction: `step(epoch + i / batches)`.
    void step() override { LRScheduler::step(); }
    void step(double epoch);

    SchedulerState state_dict() const override;
    void load_state_dict(const SchedulerState& state) override;

protected:
    std::vector<double> get_lr() override;
    void update(std::optional<int64_t> epoch) override;

private:
    void jump(double epoch);

    int64_t t_0_, t_mult_;
    double t_i_, t_cur_, eta_min_;
};

/// What a rate is multiplied with at an epoch.
using EpochFactor = std::function<double(int64_t epoch)>;

/// base * factor(t).
class LambdaLR : public LRScheduler {
public:
    LambdaLR(Optimizer& optimizer, const EpochFactor& factor, int64_t last_epoch = -1);
    /// One factor a group. Errors: lr_scheduler.groups.
    LambdaLR(Optimizer& optimizer, std::vector<EpochFactor> factors, int64_t last_epoch = -1);

protected:
    std::vector<double> get_lr() override;

private:
    std::vector<EpochFactor> factors_;
};

/// The present rate * factor(t).
class MultiplicativeLR : public LRScheduler {
public:
    MultiplicativeLR(Optimizer& optimizer, const EpochFactor& factor, int64_t last_epoch = -1);
    /// One factor a group. Errors: lr_scheduler.groups.
    MultiplicativeLR(Optimizer& optimizer, std::vector<EpochFactor> factors,
                     int64_t last_epoch = -1);

protected:
    std::vector<double> get_lr() override;

private:
    std::vector<EpochFactor> factors_;
};

}  // namespace lithe::optim
