#pragma once

#include "dsl/optim/lr_scheduler.h"

namespace lithe::optim {

/// One schedule after the other: the i-th from milestones[i - 1] on, each counting epochs from 0.
///
/// Errors: lr_scheduler.options (no schedules, another optimizer's, milestones that are not one
/// less).
class SequentialLR : public LRScheduler {
public:
    SequentialLR(Optimizer& optimizer, std::vector<LRSchedulerPtr> schedulers,
                 std::vector<int64_t> milestones, int64_t last_epoch = -1);
    void step() override;
    SchedulerState state_dict() const override;
    void load_state_dict(const SchedulerState& state) override;

protected:
    std::vector<double> get_lr() override { return last_lr_; }

private:
    void undo() override;

    std::vector<LRSchedulerPtr> schedulers_;
    std::vector<int64_t> milestones_;
};

/// Several schedules at once: each changes the rates that the one before gave.
///
/// Errors: lr_scheduler.options (no schedules, several optimizers).
class ChainedScheduler : public LRScheduler {
public:
    explicit ChainedScheduler(std::vector<LRSchedulerPtr> schedulers);
    void step() override;
    SchedulerState state_dict() const override;
    void load_state_dict(const SchedulerState& state) override;

protected:
    std::vector<double> get_lr() override { return last_lr_; }

private:
    void undo() override;

    std::vector<LRSchedulerPtr> schedulers_;
};

}  // namespace lithe::optim
