#pragma once

#include "dsl/optim/optimizer.h"

namespace lithe::optim {

class RMSpropOptions : public OptionsOf<RMSpropOptions> {
public:
    RMSpropOptions() = default;
    RMSpropOptions(double lr) { this->lr(lr); }
    template <class Visit>
    void visit(Visit&& visit) {
        visit("lr", lr_);
        visit("alpha", alpha_);
        visit("eps", eps_);
        visit("weight_decay", weight_decay_);
        visit("momentum", momentum_);
        visit("centered", centered_);
        visit("maximize", maximize_);
    }
    /// Errors: optim.options.
    void check() const;
    LITHE_OPTION(double, lr) = 1e-2;
    LITHE_OPTION(double, alpha) = 0.99;
    LITHE_OPTION(double, eps) = 1e-8;
    LITHE_OPTION(double, weight_decay) = 0;
    LITHE_OPTION(double, momentum) = 0;
    LITHE_OPTION(bool, centered) = false;
    LITHE_OPTION(bool, maximize) = false;
};

/// RMSprop.
///
///   g  = dL/dx + weight_decay x,   v = alpha v + (1 - alpha) g^2
///   a  = alpha a + (1 - alpha) g,   r = sqrt(v - a^2)  if centered, else sqrt(v)
///   b  = momentum b + g / (r + eps),   x -= lr b
///
/// Errors: optim.options.  Source: Hinton, lecture 6e of "Neural Networks for Machine Learning";
/// Graves, 2013.
class RMSprop : public Optimizer {
public:
    LITHE_OPTIMIZER_CONSTRUCTORS(RMSprop)

protected:
    void update(const OptimizerOptions& options, const Array& param, const Array& gradient,
                ParamState& state) override;
};

}  // namespace lithe::optim
