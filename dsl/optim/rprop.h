#pragma once

#include "dsl/optim/optimizer.h"

namespace lithe::optim {

class RpropOptions : public OptionsOf<RpropOptions> {
public:
    RpropOptions() = default;
    RpropOptions(double lr) { this->lr(lr); }
    template <class Visit>
    void visit(Visit&& visit) {
        visit("lr", lr_);
        visit("etas", etas_);
        visit("step_sizes", step_sizes_);
        visit("maximize", maximize_);
    }
    /// Errors: optim.options.
    void check() const;
    LITHE_OPTION(double, lr) = 1e-2;
    LITHE_OPTION(Betas, etas) = { 0.5, 1.2 };
    LITHE_OPTION(Betas, step_sizes) = { 1e-6, 50 };
    LITHE_OPTION(bool, maximize) = false;
};

/// Resilient backpropagation: only the sign of the gradient counts; the size of a step grows while
/// the sign stays and shrinks when it changes.
///
///   s = clamp(s * (eta+ if g g' > 0, eta- if g g' < 0, else 1)),   g = 0 where g g' < 0
///   x -= sign(g) s,   g' = g
///
/// Errors: optim.options.  Source: Riedmiller, Braun, "A direct adaptive method", ICNN 1993.
class Rprop : public Optimizer {
public:
    LITHE_OPTIMIZER_CONSTRUCTORS(Rprop)

protected:
    void update(const OptimizerOptions& options, const Array& param, const Array& gradient,
                ParamState& state) override;
};

}  // namespace lithe::optim
