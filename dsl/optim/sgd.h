#pragma once

#include "dsl/optim/optimizer.h"

namespace lithe::optim {

class SGDOptions : public OptionsOf<SGDOptions> {
public:
    SGDOptions() = default;
    SGDOptions(double lr) { this->lr(lr); }
    template <class Visit>
    void visit(Visit&& visit) {
        visit("lr", lr_);
        visit("momentum", momentum_);
        visit("dampening", dampening_);
        visit("weight_decay", weight_decay_);
        visit("nesterov", nesterov_);
        visit("maximize", maximize_);
    }
    /// Errors: optim.options.
    void check() const;
    LITHE_OPTION(double, lr) = 1e-3;
    LITHE_OPTION(double, momentum) = 0;
    LITHE_OPTION(double, dampening) = 0;
    LITHE_OPTION(double, weight_decay) = 0;
    LITHE_OPTION(bool, nesterov) = false;
    LITHE_OPTION(bool, maximize) = false;
};

/// Stochastic gradient descent.
///
///   g  = dL/dx + weight_decay x
///   b  = momentum b + (1 - dampening) g      (b = g in the first step)
///   x -= lr (g + momentum b  if nesterov, else b)
///
/// Errors: optim.options.  Source: Sutskever et al., "On the importance of initialization and
/// momentum in deep learning", ICML 2013.
class SGD : public Optimizer {
public:
    LITHE_OPTIMIZER_CONSTRUCTORS(SGD)

protected:
    void update(const OptimizerOptions& options, const Array& param, const Array& gradient,
                ParamState& state) override;
};

}  // namespace lithe::optim
