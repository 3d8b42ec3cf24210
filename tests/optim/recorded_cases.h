#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "dsl/optim.h"

namespace lithe::tests {

using OptimizerPtr = std::shared_ptr<optim::Optimizer>;
using MakeOptimizer = std::function<OptimizerPtr(const Tensors&)>;

template <class Kind, class Options>
MakeOptimizer making(Options options) {
    return [options](const Tensors& params) -> OptimizerPtr {
        return std::make_shared<Kind>(params, options);
    };
}

/// The cases of tests/parity/record_optim.py by their names there.
inline const std::map<std::string, MakeOptimizer>& optimizer_cases() {
    using namespace optim;
    static const std::map<std::string, MakeOptimizer> cases = {
        {"sgd", making<SGD>(SGDOptions(0.05))},
        {"sgd_momentum",
         making<SGD>(SGDOptions(0.02).momentum(0.9).dampening(0.25).weight_decay(0.1))},
        {"sgd_nesterov", making<SGD>(SGDOptions(0.02).momentum(0.8).nesterov(true))},
        {"sgd_maximize",
         making<SGD>(SGDOptions(0.01).momentum(0.5).weight_decay(0.3).maximize(true))},
        {"sgd_nesterov_decay",
         making<SGD>(SGDOptions(0.01).momentum(0.9).nesterov(true).weight_decay(0.2))},
        {"sgd_decay", making<SGD>(SGDOptions(0.05).weight_decay(0.5))},
        {"adam", making<Adam>(AdamOptions(0.1))},
        {"adam_decay",
         making<Adam>(AdamOptions(0.05).betas({0.8, 0.95}).eps(1e-4).weight_decay(0.1))},
        {"adam_amsgrad", making<Adam>(AdamOptions(0.2).betas({0.5, 0.6}).amsgrad(true))},
        {"adam_maximize", making<Adam>(AdamOptions(0.03).maximize(true))},
        {"adam_decoupled",
         making<Adam>(AdamOptions(0.1).weight_decay(0.3).decoupled_weight_decay(true))},
        {"adam_zero", making<Adam>(AdamOptions(0).betas({0, 0}).weight_decay(0.1))},
        {"adamw", making<AdamW>(AdamWOptions(0.1))},
        {"adamw_amsgrad",
         making<AdamW>(AdamWOptions(0.2).betas({0.5, 0.6}).weight_decay(0.3).amsgrad(true))},
        {"adamw_maximize", making<AdamW>(AdamWOptions(0.03).weight_decay(0.3).maximize(true))},
        {"adagrad", making<Adagrad>(AdagradOptions(0.3))},
        {"adagrad_decay",
         making<Adagrad>(
             AdagradOptions(0.3).lr_decay(0.1).weight_decay(0.1).initial_accumulator_value(0.5).eps(
                 1e-3))},
        {"adagrad_maximize", making<Adagrad>(AdagradOptions(0.1).maximize(true))},
        {"adadelta", making<Adadelta>(AdadeltaOptions())},
        {"adadelta_decay",
         making<Adadelta>(AdadeltaOptions(0.5).rho(0.7).eps(1e-3).weight_decay(0.1))},
        {"adadelta_maximize", making<Adadelta>(AdadeltaOptions().maximize(true))},
        {"adamax", making<Adamax>(AdamaxOptions(0.1))},
        {"adamax_decay",
         making<Adamax>(AdamaxOptions(0.1).betas({0.7, 0.8}).eps(1e-3).weight_decay(0.1))},
        {"adamax_maximize", making<Adamax>(AdamaxOptions(0.03).maximize(true))},
        {"nadam", making<NAdam>(NAdamOptions(0.1))},
        {"nadam_decay",
         making<NAdam>(
             NAdamOptions(0.1).betas({0.7, 0.8}).eps(1e-3).weight_decay(0.1).momentum_decay(0.1))},
        {"nadam_decoupled",
         making<NAdam>(NAdamOptions(0.1).weight_decay(0.1).decoupled_weight_decay(true))},
        {"nadam_maximize", making<NAdam>(NAdamOptions(0.03).maximize(true))},
        {"radam", making<RAdam>(RAdamOptions(0.1))},
        {"radam_decay",
         making<RAdam>(RAdamOptions(0.1).betas({0.7, 0.9}).eps(1e-3).weight_decay(0.1))},
        {"radam_decoupled",
         making<RAdam>(RAdamOptions(0.1).weight_decay(0.1).decoupled_weight_decay(true))},
        {"radam_maximize", making<RAdam>(RAdamOptions(0.03).maximize(true))},
        {"rmsprop", making<RMSprop>(RMSpropOptions(0.05))},
        {"rmsprop_momentum",
         making<RMSprop>(
             RMSpropOptions(0.02).alpha(0.8).eps(1e-3).weight_decay(0.1).momentum(0.7))},
        {"rmsprop_centered", making<RMSprop>(RMSpropOptions(0.02).centered(true))},
        {"rmsprop_all",
         making<RMSprop>(RMSpropOptions(0.01).momentum(0.5).centered(true).maximize(true))},
        {"asgd", making<ASGD>(ASGDOptions(0.05).lambd(0.01).alpha(0.5).t0(5).weight_decay(0.1))},
        {"asgd_maximize", making<ASGD>(ASGDOptions(0.01).maximize(true))},
        {"rprop", making<Rprop>(RpropOptions(0.05))},
        {"rprop_bounds",
         making<Rprop>(RpropOptions(0.05).etas({0.3, 1.5}).step_sizes({0.01, 0.1}).maximize(true))},
        {"lbfgs", making<LBFGS>(LBFGSOptions(0.1).max_iter(4))},
        {"lbfgs_history", making<LBFGS>(LBFGSOptions(0.3).max_iter(3).history_size(2))},
        {"lbfgs_wolfe", making<LBFGS>(LBFGSOptions().max_iter(3).line_search_fn("strong_wolfe"))},
        {"lbfgs_wolfe_history",
         making<LBFGS>(
             LBFGSOptions(0.5).max_iter(5).history_size(2).line_search_fn("strong_wolfe"))},
        {"lbfgs_loose",
         making<LBFGS>(LBFGSOptions(0.5).max_iter(8).tolerance_grad(1e-2).tolerance_change(1e-3))},
        {"lbfgs_wolfe_far",
         making<LBFGS>(LBFGSOptions(8).max_iter(2).max_eval(7).line_search_fn("strong_wolfe"))},
    };
    return cases;
}

}  // namespace lithe::tests
