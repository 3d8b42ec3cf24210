#pragma once

#include "dsl/optim/optimizer.h"

namespace lithe::optim {

class ASGDOptions : public OptionsOf<ASGDOptions> {
public:
    ASGDOptions() = default;
    ASGDOptions(double lr) { this->lr(lr); }
    template <class Visit>
    void visit(Visit&& visit) {
        visit("lr", lr_);
        visit("lambd", lambd_);
        visit("alpha", alpha_);
        visit("t0", t0_);
        visit("weight_decay", weight_decay_);
        visit("maximize", maximize_);
    }
    /// Errors: optim.options.
    void check() const;
    LITHE_OPTION(double, lr) = 1e-2;
    LITHE_OPTION(double, lambd) = 1e-4;
    LITHE_OPTION(double, alpha) = 0.75;
    LITHE_OPTION(double, t0) = 1e6;
    LITHE_OPTION(double, weight_decay) = 0;
    LITHE_OPTION(bool, maximize) = false;
};

/// Averaged stochastic gradient descent: the state `ax` is the mean of the parameter from step t0
/// on.
///
///   g   = dL/dx + weight_decay x,   x = (1 - lambd eta) x - eta g
///   ax += mu (x - ax)
///   eta = lr / (1 + lambd lr t)^alpha,   mu = 1 / max(1, t - t0)      (for the next step)
///
/// Errors: optim.options.  Source: Polyak, Juditsky, "Acceleration of stochastic approximation by
/// averaging", 1992.
class ASGD : public Optimizer {
public:
    LITHE_OPTIMIZER_CONSTRUCTORS(ASGD)

protected:
    void update(const OptimizerOptions& options, const Array& param, const Array& gradient,
                ParamState& state) override;
};

}  // namespace lithe::optim
