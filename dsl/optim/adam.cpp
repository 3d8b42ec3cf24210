#include "dsl/optim/adam.h"

#include <algorithm>
#include <cmath>

#include "dsl/optim/loop.h"

namespace lithe::optim {
namespace {

template <class Options>
std::unique_ptr<OptimizerOptions> checked(const char* name, const Options& o) {
    const auto [beta1, beta2] = o.betas();
    check_option(name, "lr", o.lr(), o.lr() >= 0);
    check_option(name, "eps", o.eps(), o.eps() >= 0);
    check_option(name, "beta 0", beta1, beta1 >= 0 && beta1 < 1);
    check_option(name, "beta 1", beta2, beta2 >= 0 && beta2 < 1);
    check_option(name, "weight_decay", o.weight_decay(), o.weight_decay() >= 0);
    return o.clone();
}

/// One step; `shrink` multiplies the parameter first, `decay` joins the gradient.
template <class Options>
void adam_step(const Options& o, double shrink, double decay, const Array& param,
               const Array& gradient, ParamState& state) {
    ++state.step;
    const auto [beta1, beta2] = o.betas();
    const double t = static_cast<double>(state.step);
    const double step_size = o.lr() / (1 - std::pow(beta1, t));
    const double correction = std::sqrt(1 - std::pow(beta2, t));
    state.array_like("exp_avg", param);
    state.array_like("exp_avg_sq", param);
    if (o.amsgrad()) state.array_like("max_exp_avg_sq", param);
    for_type(param, [&]<class T>(T, int64_t count) {
        const T new1 = static_cast<T>(1 - beta1), new2 = static_cast<T>(1 - beta2);
        const T old2 = static_cast<T>(beta2), eps = static_cast<T>(o.eps());
        const T rate = static_cast<T>(step_size), root = static_cast<T>(correction);
        const T keep = static_cast<T>(shrink), l2 = static_cast<T>(decay);
        const T sign = o.maximize() ? T(-1) : T(1);
        T* x = param.data<T>();
        const T* dx = gradient.data<T>();
        T* m = state.arrays["exp_avg"].data<T>();
        T* v = state.arrays["exp_avg_sq"].data<T>();
        T* largest = o.amsgrad() ? state.arrays["max_exp_avg_sq"].data<T>() : nullptr;
        for (int64_t i = 0; i < count; ++i) {
            x[i] *= keep;
            const T g = sign * dx[i] + l2 * x[i];
            m[i] += new1 * (g - m[i]);
            v[i] = old2 * v[i] + new2 * g * g;
            if (largest) largest[i] = std::max(largest[i], v[i]);
            x[i] -= rate * (m[i] / (std::sqrt(largest ? largest[i] : v[i]) / root + eps));
        }
    });
}

}  // namespace

Adam::Adam(std::vector<OptimizerParamGroup> groups, AdamOptions options)
    : Optimizer(std::move(groups), checked("Adam", options)) {}
Adam::Adam(Tensors params, AdamOptions options)
    : Adam({OptimizerParamGroup(std::move(params))}, std::move(options)) {}

void Adam::update(const OptimizerOptions& options, const Array& param, const Array& gradient,
                  ParamState& state) {
    const auto& o = static_cast<const AdamOptions&>(options);
    adam_step(o, 1, o.weight_decay(), param, gradient, state);
}

AdamW::AdamW(std::vector<OptimizerParamGroup> groups, AdamWOptions options)
    : Optimizer(std::move(groups), checked("AdamW", options)) {}
AdamW::AdamW(Tensors params, AdamWOptions options)
    : AdamW({OptimizerParamGroup(std::move(params))}, std::move(options)) {}

void AdamW::update(const OptimizerOptions& options, const Array& param, const Array& gradient,
                   ParamState& state) {
    const auto& o = static_cast<const AdamWOptions&>(options);
    adam_step(o, 1 - o.lr() * o.weight_decay(), 0, param, gradient, state);
}

}  // namespace lithe::optim
