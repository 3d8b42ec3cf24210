#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "dsl/optim/optimizer.h"

namespace lithe::optim {

/// What a scheduler remembers, under PyTorch's names; lists as tuples of numbers. A schedule of
/// several schedulers has their entries as `_schedulers.0.last_epoch`, ...
using SchedulerState = std::map<std::string, OptionValue>;

/// One number for all parameter groups, or one for each.
class PerGroup {
public:
    PerGroup(double value) : values_{value} {}
    PerGroup(std::vector<double> values) : values_(std::move(values)), is_list_(true) {}
    PerGroup(std::initializer_list<double> values) : PerGroup(std::vector<double>(values)) {}

    /// A number for each of `count` groups. Errors: lr_scheduler.groups.
    std::vector<double> expanded(const std::string& name, size_t count) const;

private:
    std::vector<double> values_;
    bool is_list_ = false;
};

/// Base of the schedulers. A scheduler sets the rates of epoch 0 when it is made, and those of the
/// next epoch at every step(). The optimizer must outlive it.
class LRScheduler {
public:
    virtual ~LRScheduler() = default;
    LRScheduler(const LRScheduler&) = delete;
    LRScheduler& operator=(const LRScheduler&) = delete;

    virtual void step();
    /// The rates that the last step set, one a group.
    const std::vector<double>& get_last_lr() const { return last_lr_; }
    int64_t last_epoch() const { return last_epoch_; }
    Optimizer& optimizer() const { return optimizer_; }

    virtual SchedulerState state_dict() const;
    /// Errors: lr_scheduler.state.
    virtual void load_state_dict(const SchedulerState& state);

protected:
    /// `last_epoch` is -1 for a new run; else the groups' `initial_lr` must be known (they are
    /// after load_state_dict of the optimizer). Errors: lr_scheduler.initial_lr.
    LRScheduler(Optimizer& optimizer, int64_t last_epoch);
    /// For classes written for LibTorch, which override get_lrs(): its first call is the first
    /// step()'s, with a step_count_ of 0.
    explicit LRScheduler(Optimizer& optimizer);

    /// The rates at last_epoch().
    virtual std::vector<double> get_lr() { return get_lrs(); }
    virtual std::vector<double> get_lrs() { return rates(); }
    std::vector<double> get_current_lrs() const { return rates(); }
    /// The rates at an epoch that is jumped to; where there is no formula, get_lr().
    virtual std::vector<double> get_closed_form_lr() { return get_lr(); }
    /// Sets last_epoch to the next one, or to `epoch`, and the rates.
    virtual void update(std::optional<int64_t> epoch);
    /// The last line of each constructor: epoch 0.
    void begin();

    bool is_initial() const { return is_initial_; }
    /// The present rates, and the initial ones.
    std::vector<double> rates() const;
    /// The rates times a factor; the initial ones times a factor.
    std::vector<double> scaled(double factor) const;
    std::vector<double> scaled_base(double factor) const;
    void set_rates(const std::vector<double>& rates);
    size_t group_count() const { return optimizer_.param_groups().size(); }

    Optimizer& optimizer_;
    std::vector<double> base_lrs_;
    std::vector<double> last_lr_;
    int64_t last_epoch_;
    int64_t step_count_ = 0;

private:
    friend class SequentialLR;
    friend class ChainedScheduler;
    /// Undoes the first step of a scheduler that runs later in a sequence.
    virtual void undo() { --last_epoch_; }

    bool is_initial_ = false;
    bool is_libtorch_style_ = false;
};

using LRSchedulerPtr = std::shared_ptr<LRScheduler>;

}  // namespace lithe::optim

#include "dsl/optim/lr_combined.h"
#include "dsl/optim/lr_cyclic.h"
#include "dsl/optim/lr_formulas.h"
#include "dsl/optim/lr_plateau.h"
