#pragma once

#include <functional>
#include <optional>

#include "dsl/module.h"
#include "dsl/optim/lr_scheduler.h"

namespace lithe::optim {

/// Gives the new mean of a parameter: from the mean so far, the model's value, and how many it is
/// of.
using AverageFunction =
    std::function<Tensor(const Tensor& mean, const Tensor& value, int64_t count)>;

/// mean = decay mean + (1 - decay) value. Errors: optim.options.
AverageFunction get_ema_avg_fn(double decay = 0.999);
/// The plain mean of all values.
AverageFunction get_swa_avg_fn();

/// The mean of a model's parameters over training: a copy of the model that follows it.
///
/// Buffers are copied at each update or, with `use_buffers`, averaged as well.
/// Source: Izmailov et al., "Averaging Weights Leads to Wider Optima and Better Generalization",
/// 2018.
class AveragedModel {
public:
    explicit AveragedModel(const nn::Module& model, AverageFunction average = get_swa_avg_fn(),
                           bool use_buffers = false);

    /// Takes the model's present parameters into the mean. Errors: averaged_model.parameters.
    void update_parameters(const nn::Module& model);
    int64_t n_averaged() const { return count_; }
    /// The copy; its class is the model's.
    const nn::ModulePtr& module() const { return module_; }
    template <class Impl>
    std::shared_ptr<Impl> module_as() const {
        return std::dynamic_pointer_cast<Impl>(module_);
    }
    /// The keys of PyTorch: `n_averaged`, and `module.` before the model's own.
    nn::StateDict state_dict() const;
    void load_state_dict(const nn::StateDict& dict);

private:
    nn::ModulePtr module_;
    AverageFunction average_;
    bool use_buffers_;
    int64_t count_ = 0;
};

struct SWALROptions {
    int64_t anneal_epochs = 10;
    std::string anneal_strategy = "cos";  ///< or `linear`
    int64_t last_epoch = -1;
};

/// Anneals the rates to `swa_lr` in anneal_epochs and keeps them there. Errors:
/// lr_scheduler.options.
class SWALR : public LRScheduler {
public:
    SWALR(Optimizer& optimizer, const PerGroup& swa_lr, SWALROptions options = {});

protected:
    std::vector<double> get_lr() override;

private:
    double share(int64_t step) const;

    SWALROptions options_;
    std::vector<double> swa_lrs_;
};

}  // namespace lithe::optim
