#pragma once

#include "dsl/optim/optimizer.h"

namespace lithe::optim {

class NAdamOptions : public OptionsOf<NAdamOptions> {
public:
    NAdamOptions() = default;
    NAdamOptions(double lr) { this->lr(lr); }
    template <class Visit>
    void visit(Visit&& visit) {
        visit("lr", lr_);
        visit("betas", betas_);
        visit("eps", eps_);
        visit("weight_decay", weight_decay_);
        visit("momentum_decay", momentum_decay_);
        visit("decoupled_weight_decay", decoupled_weight_decay_);
        visit("maximize", maximize_);
    }
    /// Errors: optim.options.
    void check() const;
    LITHE_OPTION(double, lr) = 2e-3;
    LITHE_OPTION(Betas, betas) = { 0.9, 0.999 };
    LITHE_OPTION(double, eps) = 1e-8;
    LITHE_OPTION(double, weight_decay) = 0;
    LITHE_OPTION(double, momentum_decay) = 4e-3;
    LITHE_OPTION(bool, decoupled_weight_decay) = false;
    LITHE_OPTION(bool, maximize) = false;
};

/// NAdam: Adam with Nesterov's momentum.
///
///   mu(t) = beta1 (1 - 0.96^(t momentum_decay) / 2),   M = product of mu(1..t)
///   m  = beta1 m + (1 - beta1) g,   v = beta2 v + (1 - beta2) g^2,   r = sqrt(v / (1 - beta2^t)) +
///   eps x -= lr ((1 - mu(t)) / (1 - M) g + mu(t + 1) / (1 - M mu(t + 1)) m) / r
///
/// Weight decay joins the gradient or, with decoupled_weight_decay, shrinks x before the step.
/// Errors: optim.options.  Source: Dozat, "Incorporating Nesterov Momentum into Adam", 2016.
class NAdam : public Optimizer {
public:
    LITHE_OPTIMIZER_CONSTRUCTORS(NAdam)

protected:
    void update(const OptimizerOptions& options, const Array& param, const Array& gradient,
                ParamState& state) override;
};

}  // namespace lithe::optim
