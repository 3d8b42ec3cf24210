#pragma once

#include "dsl/optim/optimizer.h"

namespace lithe::optim {

class AdagradOptions : public OptionsOf<AdagradOptions> {
public:
    AdagradOptions() = default;
    AdagradOptions(double lr) { this->lr(lr); }
    template <class Visit>
    void visit(Visit&& visit) {
        visit("lr", lr_);
        visit("lr_decay", lr_decay_);
        visit("weight_decay", weight_decay_);
        visit("initial_accumulator_value", initial_accumulator_value_);
        visit("eps", eps_);
        visit("maximize", maximize_);
    }
    /// Errors: optim.options.
    void check() const;
    LITHE_OPTION(double, lr) = 1e-2;
    LITHE_OPTION(double, lr_decay) = 0;
    LITHE_OPTION(double, weight_decay) = 0;
    LITHE_OPTION(double, initial_accumulator_value) = 0;
    LITHE_OPTION(double, eps) = 1e-10;
    LITHE_OPTION(bool, maximize) = false;
};

/// Adagrad: steps shrink with the sum of all squared gradients so far.
///
///   g  = dL/dx + weight_decay x
///   s += g^2                                  (from initial_accumulator_value)
///   x -= lr / (1 + (t - 1) lr_decay) * g / (sqrt(s) + eps)
///
/// Errors: optim.options.  Source: Duchi, Hazan, Singer, "Adaptive Subgradient Methods", JMLR 2011.
class Adagrad : public Optimizer {
public:
    LITHE_OPTIMIZER_CONSTRUCTORS(Adagrad)

protected:
    void update(const OptimizerOptions& options, const Array& param, const Array& gradient,
                ParamState& state) override;
};

}  // namespace lithe::optim
