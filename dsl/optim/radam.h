#pragma once

#include "dsl/optim/optimizer.h"

namespace lithe::optim {

class RAdamOptions : public OptionsOf<RAdamOptions> {
public:
    RAdamOptions() = default;
    RAdamOptions(double lr) { this->lr(lr); }
    template <class Visit>
    void visit(Visit&& visit) {
        visit("lr", lr_);
        visit("betas", betas_);
        visit("eps", eps_);
        visit("weight_decay", weight_decay_);
        visit("decoupled_weight_decay", decoupled_weight_decay_);
        visit("maximize", maximize_);
    }
    /// Errors: optim.options.
    void check() const;
    LITHE_OPTION(double, lr) = 1e-3;
    LITHE_OPTION(Betas, betas) = { 0.9, 0.999 };
    LITHE_OPTION(double, eps) = 1e-8;
    LITHE_OPTION(double, weight_decay) = 0;
    LITHE_OPTION(bool, decoupled_weight_decay) = false;
    LITHE_OPTION(bool, maximize) = false;
};

/// RAdam: Adam whose adaptive part waits until its variance is bounded.
///
///   rho = 2 / (1 - beta2) - 1,   rho(t) = rho - 2 t beta2^t / (1 - beta2^t)
///   c   = sqrt((rho(t) - 4)(rho(t) - 2) rho / ((rho - 4)(rho - 2) rho(t)))
///   x  -= lr m / (1 - beta1^t) * (c sqrt(1 - beta2^t) / (sqrt(v) + eps)  if rho(t) > 5, else 1)
///
/// Weight decay joins the gradient or, with decoupled_weight_decay, shrinks x before the step.
/// Errors: optim.options.  Source: Liu et al., "On the Variance of the Adaptive Learning Rate",
/// 2020.
class RAdam : public Optimizer {
public:
    LITHE_OPTIMIZER_CONSTRUCTORS(RAdam)

protected:
    void update(const OptimizerOptions& options, const Array& param, const Array& gradient,
                ParamState& state) override;
};

}  // namespace lithe::optim
