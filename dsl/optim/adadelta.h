#pragma once

#include "dsl/optim/optimizer.h"

namespace lithe::optim {

class AdadeltaOptions : public OptionsOf<AdadeltaOptions> {
public:
    AdadeltaOptions() = default;
    AdadeltaOptions(double lr) { this->lr(lr); }
    template <class Visit>
    void visit(Visit&& visit) {
        visit("lr", lr_);
        visit("rho", rho_);
        visit("eps", eps_);
        visit("weight_decay", weight_decay_);
        visit("maximize", maximize_);
    }
    /// Errors: optim.options.
    void check() const;
    LITHE_OPTION(double, lr) = 1.0;
    LITHE_OPTION(double, rho) = 0.9;
    LITHE_OPTION(double, eps) = 1e-6;
    LITHE_OPTION(double, weight_decay) = 0;
    LITHE_OPTION(bool, maximize) = false;
};

/// Adadelta: the step has the size of the steps so far.
///
///   g  = dL/dx + weight_decay x,   v = rho v + (1 - rho) g^2
///   d  = g sqrt(u + eps) / sqrt(v + eps),   u = rho u + (1 - rho) d^2
///   x -= lr d
///
/// Errors: optim.options.  Source: Zeiler, "ADADELTA: An Adaptive Learning Rate Method", 2012.
class Adadelta : public Optimizer {
public:
    LITHE_OPTIMIZER_CONSTRUCTORS(Adadelta)

protected:
    void update(const OptimizerOptions& options, const Array& param, const Array& gradient,
                ParamState& state) override;
};

}  // namespace lithe::optim
