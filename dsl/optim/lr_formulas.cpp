#include "dsl/optim/lr_formulas.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "runtime/error.h"

namespace lithe::optim {
namespace {

constexpr double pi = std::numbers::pi;

void check(const char* scheduler, const char* option, double value, bool is_valid) {
    if (is_valid) return;
    throw UserError("lr_scheduler.options",
                    std::string(scheduler) + ": invalid " + option + ": " + std::to_string(value));
}

double as_double(int64_t number) { return static_cast<double>(number); }

}  // namespace

StepLR::StepLR(Optimizer& optimizer, int64_t step_size, double gamma, int64_t last_epoch)
    : LRScheduler(optimizer, last_epoch), step_size_(step_size), gamma_(gamma) {
    check("StepLR", "step_size", as_double(step_size), step_size > 0);
    begin();
}
std::vector<double> StepLR::get_lr() {
    return last_epoch_ == 0 || last_epoch_ % step_size_ != 0 ? rates() : scaled(gamma_);
}
std::vector<double> StepLR::get_closed_form_lr() {
    return scaled_base(std::pow(gamma_, as_double(last_epoch_ / step_size_)));
}

MultiStepLR::MultiStepLR(Optimizer& optimizer, std::vector<int64_t> milestones, double gamma,
                         int64_t last_epoch)
    : LRScheduler(optimizer, last_epoch), milestones_(std::move(milestones)), gamma_(gamma) {
    std::sort(milestones_.begin(), milestones_.end());
    begin();
}
std::vector<double> MultiStepLR::get_lr() {
    const auto here = std::count(milestones_.begin(), milestones_.end(), last_epoch_);
    return here == 0 ? rates() : scaled(std::pow(gamma_, as_double(here)));
}
std::vector<double> MultiStepLR::get_closed_form_lr() {
    const auto passed =
        std::upper_bound(milestones_.begin(), milestones_.end(), last_epoch_) - milestones_.begin();
    return scaled_base(std::pow(gamma_, as_double(passed)));
}

ConstantLR::ConstantLR(Optimizer& optimizer, double factor, int64_t total_iters, int64_t last_epoch)
    : LRScheduler(optimizer, last_epoch), factor_(factor), total_iters_(total_iters) {
    check("ConstantLR", "factor (expected 0..1)", factor, factor >= 0 && factor <= 1);
    begin();
}
std::vector<double> ConstantLR::get_lr() {
    if (last_epoch_ == 0) return scaled(factor_);
    return last_epoch_ != total_iters_ ? rates() : scaled(1 / factor_);
}
std::vector<double> ConstantLR::get_closed_form_lr() {
    return scaled_base(last_epoch_ >= total_iters_ ? factor_ + (1 - factor_) : factor_);
}

LinearLR::LinearLR(Optimizer& optimizer, double start_factor, double end_factor,
                   int64_t total_iters, int64_t last_epoch)
    : LRScheduler(optimizer, last_epoch),
      start_(start_factor),
      end_(end_factor),
      total_iters_(total_iters) {
    check("LinearLR", "start_factor (expected above 0, at most 1)", start_,
          start_ > 0 && start_ <= 1);
    check("LinearLR", "end_factor (expected 0..1)", end_, end_ >= 0 && end_ <= 1);
    begin();
}
std::vector<double> LinearLR::get_lr() {
    if (last_epoch_ == 0) return scaled(start_);
    if (is_initial() || last_epoch_ > total_iters_) return rates();
    const double slope = end_ - start_;
    return scaled(1 +
                  slope / (as_double(total_iters_) * start_ + as_double(last_epoch_ - 1) * slope));
}
std::vector<double> LinearLR::get_closed_form_lr() {
    const double share = as_double(std::min(total_iters_, last_epoch_)) / as_double(total_iters_);
    return scaled_base(start_ + (end_ - start_) * share);
}

ExponentialLR::ExponentialLR(Optimizer& optimizer, double gamma, int64_t last_epoch)
    : LRScheduler(optimizer, last_epoch), gamma_(gamma) {
    begin();
}
std::vector<double> ExponentialLR::get_lr() { return is_initial() ? rates() : scaled(gamma_); }
std::vector<double> ExponentialLR::get_closed_form_lr() {
    return scaled_base(std::pow(gamma_, as_double(last_epoch_)));
}

PolynomialLR::PolynomialLR(Optimizer& optimizer, int64_t total_iters, double power,
                           int64_t last_epoch)
    : LRScheduler(optimizer, last_epoch), total_iters_(total_iters), power_(power) {
    begin();
}
std::vector<double> PolynomialLR::get_lr() {
    if (is_initial() || last_epoch_ > total_iters_) return rates();
    const double total = as_double(total_iters_);
    return scaled(std::pow(
        (1 - as_double(last_epoch_) / total) / (1 - as_double(last_epoch_ - 1) / total), power_));
}
std::vector<double> PolynomialLR::get_closed_form_lr() {
    const double share = as_double(std::min(total_iters_, last_epoch_)) / as_double(total_iters_);
    return scaled_base(std::pow(1 - share, power_));
}

CosineAnnealingLR::CosineAnnealingLR(Optimizer& optimizer, int64_t t_max, double eta_min,
                                     int64_t last_epoch)
    : LRScheduler(optimizer, last_epoch), t_max_(t_max), eta_min_(eta_min) {
    check("CosineAnnealingLR", "t_max", as_double(t_max), t_max > 0);
    begin();
}
std::vector<double> CosineAnnealingLR::get_lr() {
    if (is_initial()) return rates();
    if (step_count_ == 1 && last_epoch_ > 0) return get_closed_form_lr();
    std::vector<double> result = rates();
    const double at = pi / as_double(t_max_);
    const int64_t phase = (last_epoch_ - 1 - t_max_) % (2 * t_max_);
    for (size_t i = 0; i < result.size(); ++i) {
        if (phase == 0) {  // from the lowest point the quotient below would be 0 / 0
            result[i] += (base_lrs_[i] - eta_min_) * (1 - std::cos(at)) / 2;
        } else {
            const double now = 1 + std::cos(at * as_double(last_epoch_));
            const double before = 1 + std::cos(at * as_double(last_epoch_ - 1));
            result[i] = now / before * (result[i] - eta_min_) + eta_min_;
        }
    }
    return result;
}
std::vector<double> CosineAnnealingLR::get_closed_form_lr() {
    std::vector<double> result = base_lrs_;
    const double share = (1 + std::cos(pi * as_double(last_epoch_) / as_double(t_max_))) / 2;
    for (double& rate : result) rate = eta_min_ + (rate - eta_min_) * share;
    return result;
}

CosineAnnealingWarmRestarts::CosineAnnealingWarmRestarts(Optimizer& optimizer, int64_t t_0,
                                                         int64_t t_mult, double eta_min,
                                                         int64_t last_epoch)
    : LRScheduler(optimizer, last_epoch),
      t_0_(t_0),
      t_mult_(t_mult),
      t_i_(as_double(t_0)),
      t_cur_(as_double(last_epoch)),
      eta_min_(eta_min) {
    check("CosineAnnealingWarmRestarts", "t_0", as_double(t_0), t_0 > 0);
    check("CosineAnnealingWarmRestarts", "t_mult", as_double(t_mult), t_mult >= 1);
    begin();
}
std::vector<double> CosineAnnealingWarmRestarts::get_lr() {
    std::vector<double> result = base_lrs_;
    const double share = (1 + std::cos(pi * t_cur_ / t_i_)) / 2;
    for (double& rate : result) rate = eta_min_ + (rate - eta_min_) * share;
    return result;
}
void CosineAnnealingWarmRestarts::step(double epoch) {
    check("CosineAnnealingWarmRestarts", "epoch", epoch, epoch >= 0);
    ++step_count_;
    jump(epoch);
}
void CosineAnnealingWarmRestarts::update(std::optional<int64_t> epoch) {
    if (!epoch && last_epoch_ < 0) epoch = 0;
    if (epoch) return jump(as_double(*epoch));
    ++last_epoch_;
    if (++t_cur_ >= t_i_) {
        t_cur_ = std::fmod(t_cur_, t_i_);
        t_i_ *= as_double(t_mult_);
    }
    set_rates(get_lr());
}
void CosineAnnealingWarmRestarts::jump(double epoch) {
    const double first = as_double(t_0_), factor = as_double(t_mult_);
    if (epoch < first) {
        t_i_ = first;
        t_cur_ = epoch;
    } else if (t_mult_ == 1) {
        t_cur_ = std::fmod(epoch, first);
    } else {
        const double rounds =
            std::floor(std::log(epoch / first * (factor - 1) + 1) / std::log(factor));
        t_cur_ = epoch - first * (std::pow(factor, rounds) - 1) / (factor - 1);
        t_i_ = first * std::pow(factor, rounds);
    }
    last_epoch_ = static_cast<int64_t>(std::floor(epoch));
    set_rates(get_lr());
}
SchedulerState CosineAnnealingWarmRestarts::state_dict() const {
    SchedulerState state = LRScheduler::state_dict();
    state["T_cur"] = t_cur_;
    state["T_i"] = t_i_;
    return state;
}
void CosineAnnealingWarmRestarts::load_state_dict(const SchedulerState& state) {
    LRScheduler::load_state_dict(state);
    if (state.contains("T_cur")) t_cur_ = to_number("T_cur", state.at("T_cur"));
    if (state.contains("T_i")) t_i_ = to_number("T_i", state.at("T_i"));
}

namespace {

void check_factors(size_t factors, size_t groups) {
    if (factors == groups) return;
    throw UserError("lr_scheduler.groups", "lr_scheduler: Expected " + std::to_string(groups) +
                                               " lr_lambdas, but got " + std::to_string(factors));
}

}  // namespace

LambdaLR::LambdaLR(Optimizer& optimizer, const EpochFactor& factor, int64_t last_epoch)
    : LambdaLR(optimizer, std::vector<EpochFactor>(optimizer.param_groups().size(), factor),
               last_epoch) {}
LambdaLR::LambdaLR(Optimizer& optimizer, std::vector<EpochFactor> factors, int64_t last_epoch)
    : LRScheduler(optimizer, last_epoch), factors_(std::move(factors)) {
    check_factors(factors_.size(), group_count());
    begin();
}
std::vector<double> LambdaLR::get_lr() {
    std::vector<double> result = base_lrs_;
    for (size_t i = 0; i < result.size(); ++i) result[i] *= factors_[i](last_epoch_);
    return result;
}

MultiplicativeLR::MultiplicativeLR(Optimizer& optimizer, const EpochFactor& factor,
                                   int64_t last_epoch)
    : MultiplicativeLR(optimizer, std::vector<EpochFactor>(optimizer.param_groups().size(), factor),
                       last_epoch) {}
MultiplicativeLR::MultiplicativeLR(Optimizer& optimizer, std::vector<EpochFactor> factors,
                                   int64_t last_epoch)
    : LRScheduler(optimizer, last_epoch), factors_(std::move(factors)) {
    check_factors(factors_.size(), group_count());
    begin();
}
std::vector<double> MultiplicativeLR::get_lr() {
    std::vector<double> result = rates();
    if (is_initial()) return result;
    for (size_t i = 0; i < result.size(); ++i) result[i] *= factors_[i](last_epoch_);
    return result;
}

}  // namespace lithe::optim
