#include "dsl/optim/averaged_model.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "dsl/autograd.h"
#include "dsl/ops.h"
#include "dsl/tensor_data.h"
#include "runtime/error.h"

namespace lithe::optim {

AverageFunction get_ema_avg_fn(double decay) {
    if (!(decay >= 0 && decay <= 1)) {
        throw UserError("optim.options", "get_ema_avg_fn: invalid decay value " +
                                             std::to_string(decay) + "; it must lie in 0..1");
    }
    return [decay](const Tensor& mean, const Tensor& value, int64_t) {
        return mean * decay + value * (1 - decay);
    };
}

AverageFunction get_swa_avg_fn() {
    return [](const Tensor& mean, const Tensor& value, int64_t count) {
        return mean + (value - mean) / static_cast<double>(count + 1);
    };
}

AveragedModel::AveragedModel(const nn::Module& model, AverageFunction average, bool use_buffers)
    : module_(model.clone()), average_(std::move(average)), use_buffers_(use_buffers) {}

void AveragedModel::update_parameters(const nn::Module& model) {
    const NoGradGuard no_grad;
    Tensors mine = module_->parameters(), theirs = model.parameters();
    const Tensors my_buffers = module_->buffers(), their_buffers = model.buffers();
    if (mine.size() != theirs.size() || my_buffers.size() != their_buffers.size()) {
        throw UserError("averaged_model.parameters",
                        "update_parameters: the model has " + std::to_string(theirs.size()) +
                            " parameters, the mean is of " + std::to_string(mine.size()));
    }
    if (use_buffers_) {
        mine.insert(mine.end(), my_buffers.begin(), my_buffers.end());
        theirs.insert(theirs.end(), their_buffers.begin(), their_buffers.end());
    }
    for (size_t i = 0; i < mine.size(); ++i) {
        const Tensor mean = mine[i].detach(), value = theirs[i].detach();
        mean.copy_(count_ == 0 ? value : average_(mean, value, count_));
    }
    for (size_t i = 0; !use_buffers_ && i < my_buffers.size(); ++i)
        my_buffers[i].copy_(their_buffers[i]);
    ++count_;
}

nn::StateDict AveragedModel::state_dict() const {
    nn::StateDict dict;
    dict.insert("n_averaged", tensor(count_));
    for (const auto& [key, value] : module_->state_dict()) dict.insert("module." + key, value);
    return dict;
}

void AveragedModel::load_state_dict(const nn::StateDict& dict) {
    nn::StateDict own;
    int64_t count = count_;
    for (const auto& [key, value] : dict) {
        if (key == "n_averaged") {
            count = value.item<int64_t>();
        } else {
            own.insert(key.starts_with("module.") ? key.substr(7) : key, value);
        }
    }
    module_->load_state_dict(own);
    count_ = count;
}

SWALR::SWALR(Optimizer& optimizer, const PerGroup& swa_lr, SWALROptions options)
    : LRScheduler(optimizer, options.last_epoch),
      options_(std::move(options)),
      swa_lrs_(swa_lr.expanded("swa_lr", group_count())) {
    if (options_.anneal_strategy != "cos" && options_.anneal_strategy != "linear") {
        throw UserError("lr_scheduler.options",
                        "SWALR: anneal_strategy must be one of 'cos' or 'linear', instead got " +
                            options_.anneal_strategy);
    }
    if (options_.anneal_epochs < 0) {
        throw UserError("lr_scheduler.options",
                        "SWALR: anneal_epochs must be equal or greater than 0, got " +
                            std::to_string(options_.anneal_epochs));
    }
    begin();
}

double SWALR::share(int64_t step) const {
    const auto epochs = static_cast<double>(std::max<int64_t>(1, options_.anneal_epochs));
    const double t = std::clamp(static_cast<double>(step) / epochs, 0.0, 1.0);
    return options_.anneal_strategy == "linear" ? t : (1 - std::cos(std::numbers::pi * t)) / 2;
}

std::vector<double> SWALR::get_lr() {
    int64_t step = step_count_ - 1;
    if (options_.anneal_epochs == 0) step = std::max<int64_t>(1, step);
    const double before = share(step - 1), now = share(step);
    std::vector<double> result = rates();
    for (size_t i = 0; i < result.size(); ++i) {
        const double start =
            before == 1 ? swa_lrs_[i] : (result[i] - before * swa_lrs_[i]) / (1 - before);
        result[i] = swa_lrs_[i] * now + start * (1 - now);
    }
    return result;
}

}  // namespace lithe::optim
