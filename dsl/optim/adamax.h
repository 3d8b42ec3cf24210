#pragma once

#include "dsl/optim/optimizer.h"

namespace lithe::optim {

class AdamaxOptions : public OptionsOf<AdamaxOptions> {
public:
    AdamaxOptions() = default;
    AdamaxOptions(double lr) { this->lr(lr); }
    template <class Visit>
    void visit(Visit&& visit) {
        visit("lr", lr_);
        visit("betas", betas_);
        visit("eps", eps_);
        visit("weight_decay", weight_decay_);
        visit("maximize", maximize_);
    }
    /// Errors: optim.options.
    void check() const;
    LITHE_OPTION(double, lr) = 2e-3;
    LITHE_OPTION(Betas, betas) = { 0.9, 0.999 };
    LITHE_OPTION(double, eps) = 1e-8;
    LITHE_OPTION(double, weight_decay) = 0;
    LITHE_OPTION(bool, maximize) = false;
};

/// Adamax: Adam with the largest gradient in place of the root of the squares.
///
///   g  = dL/dx + weight_decay x,   m = beta1 m + (1 - beta1) g
///   u  = max(beta2 u, |g| + eps)
///   x -= lr / (1 - beta1^t) * m / u
///
/// Errors: optim.options.  Source: Kingma, Ba, "Adam: A Method for Stochastic Optimization", 2015.
class Adamax : public Optimizer {
public:
    LITHE_OPTIMIZER_CONSTRUCTORS(Adamax)

protected:
    void update(const OptimizerOptions& options, const Array& param, const Array& gradient,
                ParamState& state) override;
};

}  // namespace lithe::optim
