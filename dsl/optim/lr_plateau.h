#pragma once

#include <vector>

#include "dsl/optim/lr_scheduler.h"

namespace lithe::optim {

struct ReduceLROnPlateauOptions {
    std::string mode = "min";  ///< or `max`: whether less or more is better
    double factor = 0.1;
    int64_t patience = 10;  ///< so many steps without improvement are borne
    double threshold = 1e-4;
    std::string threshold_mode =
        "rel";  ///< the improvement that counts: a share of the best, or with `abs` a difference
    int64_t cooldown = 0;  ///< so many steps after a reduction nothing is counted
    PerGroup min_lr = 0;
    double eps = 1e-8;  ///< smaller changes are not made
};

/// Multiplies the rates by `factor` when a quantity has stopped improving. The optimizer must
/// outlive it.
///
/// Errors: lr_scheduler.options, lr_scheduler.groups.
class ReduceLROnPlateau {
public:
    explicit ReduceLROnPlateau(Optimizer& optimizer, ReduceLROnPlateauOptions options = {});
    void step(double metric);
    void step(const Tensor& metric) { step(metric.item<double>()); }
    std::vector<double> get_last_lr() const;
    double best() const { return best_; }
    int64_t num_bad_epochs() const { return bad_epochs_; }

    SchedulerState state_dict() const;
    /// Errors: lr_scheduler.state.
    void load_state_dict(const SchedulerState& state);

private:
    bool is_better(double metric) const;

    Optimizer& optimizer_;
    ReduceLROnPlateauOptions options_;
    double best_;
    int64_t bad_epochs_ = 0, cooldown_counter_ = 0, last_epoch_ = 0;
};

/// LibTorch's name and arguments.
class ReduceLROnPlateauScheduler : public ReduceLROnPlateau {
public:
    enum SchedulerMode { min, max };
    enum ThresholdMode { rel, abs };
    explicit ReduceLROnPlateauScheduler(Optimizer& optimizer, SchedulerMode mode = min,
                                        float factor = 0.1f, int patience = 10,
                                        double threshold = 1e-4, ThresholdMode threshold_mode = rel,
                                        int cooldown = 0, const std::vector<float>& min_lr = {},
                                        double eps = 1e-8);
};

}  // namespace lithe::optim
