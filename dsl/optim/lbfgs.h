#pragma once

#include "dsl/optim/optimizer.h"

namespace lithe::optim {

class LBFGSOptions : public OptionsOf<LBFGSOptions> {
public:
    LBFGSOptions() = default;
    LBFGSOptions(double lr) { this->lr(lr); }
    template <class Visit>
    void visit(Visit&& visit) {
        visit("lr", lr_);
        visit("max_iter", max_iter_);
        visit("max_eval", max_eval_);
        visit("tolerance_grad", tolerance_grad_);
        visit("tolerance_change", tolerance_change_);
        visit("history_size", history_size_);
        visit("line_search_fn", line_search_fn_);
        visit("maximize", maximize_);
    }
    /// Errors: optim.options.
    void check() const;
    LITHE_OPTION(double, lr) = 1;
    LITHE_OPTION(int64_t, max_iter) = 20;
    /// None: a quarter more than max_iter.
    LITHE_OPTION(std::optional<int64_t>, max_eval);
    LITHE_OPTION(double, tolerance_grad) = 1e-7;
    LITHE_OPTION(double, tolerance_change) = 1e-9;
    LITHE_OPTION(int64_t, history_size) = 100;
    /// None, or `strong_wolfe`.
    LITHE_OPTION(std::optional<std::string>, line_search_fn);
    LITHE_OPTION(bool, maximize) = false;
};

/// L-BFGS: a quasi-Newton method that keeps the last `history_size` changes of the gradient. One
/// step() makes up to max_iter iterations and calls the closure several times.
///
/// Errors: optim.options, optim.closure, optim.parameter (more than one group).  Source: Liu,
/// Nocedal, "On the limited memory BFGS method", 1989; Nocedal, Wright, "Numerical Optimization",
/// algorithms 3.5, 3.6, 7.4.
class LBFGS : public Optimizer {
public:
    explicit LBFGS(std::vector<OptimizerParamGroup> groups, LBFGSOptions options = {});
    explicit LBFGS(Tensors params, LBFGSOptions options = {});

    Tensor step(const LossClosure& closure = nullptr) override;

protected:
    void update(const OptimizerOptions&, const Array&, const Array&, ParamState&) override {}
    bool has_state_of_shape() const override { return false; }

private:
    class Run;
};

}  // namespace lithe::optim
