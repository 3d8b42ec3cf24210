#include "dsl/optim/lr_combined.h"

#include <algorithm>

#include "runtime/error.h"

namespace lithe::optim {
namespace {

[[noreturn]] void fail(const std::string& text) { throw UserError("lr_scheduler.options", text); }

/// The optimizer of the schedules, after they have been checked.
Optimizer& common_optimizer(const char* name, const std::vector<LRSchedulerPtr>& schedulers,
                            Optimizer* wanted) {
    if (schedulers.empty())
        fail(std::string(name) + " expects at least one scheduler, but got no scheduler");
    for (size_t i = 0; i < schedulers.size(); ++i) {
        if (!schedulers[i])
            fail(std::string(name) + ": the scheduler at index " + std::to_string(i) + " is empty");
        if (!wanted) wanted = &schedulers[i]->optimizer();
        if (&schedulers[i]->optimizer() == wanted) continue;
        fail(std::string(name) +
             " expects all schedulers to belong to the same optimizer, but the one at index " +
             std::to_string(i) + " belongs to another");
    }
    return *wanted;
}

std::string key_of(size_t i) { return "_schedulers." + std::to_string(i) + "."; }

void save_parts(const std::vector<LRSchedulerPtr>& schedulers, SchedulerState& state) {
    for (size_t i = 0; i < schedulers.size(); ++i) {
        for (const auto& [name, value] : schedulers[i]->state_dict())
            state[key_of(i) + name] = value;
    }
}

void load_parts(const std::vector<LRSchedulerPtr>& schedulers, const SchedulerState& state) {
    for (size_t i = 0; i < schedulers.size(); ++i) {
        SchedulerState part;
        for (const auto& [name, value] : state) {
            if (name.starts_with(key_of(i))) part[name.substr(key_of(i).size())] = value;
        }
        schedulers[i]->load_state_dict(part);
    }
}

}  // namespace

SequentialLR::SequentialLR(Optimizer& optimizer, std::vector<LRSchedulerPtr> schedulers,
                           std::vector<int64_t> milestones, int64_t last_epoch)
    : LRScheduler(common_optimizer("SequentialLR", schedulers, &optimizer), 0),
      schedulers_(std::move(schedulers)),
      milestones_(std::move(milestones)) {
    if (milestones_.size() + 1 != schedulers_.size()) {
        fail(
            "SequentialLR: expected the number of schedulers to be one more than the number of "
            "milestones, got " +
            std::to_string(schedulers_.size()) + " schedulers and " +
            std::to_string(milestones_.size()) + " milestones");
    }
    last_epoch_ = last_epoch + 1;
    set_rates(base_lrs_);
    undo();  // the schedules have each made the first step already
    LRScheduler& first = *schedulers_[static_cast<size_t>(
        std::upper_bound(milestones_.begin(), milestones_.end(), 0) - milestones_.begin())];
    first.begin();
    last_lr_ = first.get_last_lr();
}

void SequentialLR::undo() {
    for (const LRSchedulerPtr& scheduler : schedulers_) scheduler->undo();
}

void SequentialLR::step() {
    ++last_epoch_;
    const auto passed =
        std::upper_bound(milestones_.begin(), milestones_.end(), last_epoch_) - milestones_.begin();
    const auto at = static_cast<size_t>(passed);
    LRScheduler& current = *schedulers_[at];
    if (at > 0 && milestones_[at - 1] == last_epoch_) {
        current.update(0);
    } else {
        current.step();
    }
    last_lr_ = current.get_last_lr();
}

SchedulerState SequentialLR::state_dict() const {
    SchedulerState state = LRScheduler::state_dict();
    save_parts(schedulers_, state);
    return state;
}

void SequentialLR::load_state_dict(const SchedulerState& state) {
    LRScheduler::load_state_dict(state);
    load_parts(schedulers_, state);
}

ChainedScheduler::ChainedScheduler(std::vector<LRSchedulerPtr> schedulers)
    : LRScheduler(common_optimizer("ChainedScheduler", schedulers, nullptr), -1),
      schedulers_(std::move(schedulers)) {
    last_epoch_ = 0;
    last_lr_ = rates();
}

void ChainedScheduler::undo() {
    for (const LRSchedulerPtr& scheduler : schedulers_) scheduler->undo();
}

void ChainedScheduler::step() {
    ++last_epoch_;
    for (const LRSchedulerPtr& scheduler : schedulers_) scheduler->step();
    last_lr_ = rates();
}

SchedulerState ChainedScheduler::state_dict() const {
    SchedulerState state = LRScheduler::state_dict();
    save_parts(schedulers_, state);
    return state;
}

void ChainedScheduler::load_state_dict(const SchedulerState& state) {
    LRScheduler::load_state_dict(state);
    load_parts(schedulers_, state);
}

}  // namespace lithe::optim
