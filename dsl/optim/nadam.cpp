#include "dsl/optim/nadam.h"

#include <algorithm>
#include <cmath>

#include "dsl/optim/loop.h"

namespace lithe::optim {

void NAdamOptions::check() const {
    detail::check_option("NAdam", "lr", lr_, lr_ >= 0);
    detail::check_option("NAdam", "eps", eps_, eps_ >= 0);
    detail::check_option("NAdam", "beta parameter at index 0", std::get<0>(betas_),
                         std::get<0>(betas_) >= 0 && std::get<0>(betas_) < 1);
    detail::check_option("NAdam", "beta parameter at index 1", std::get<1>(betas_),
                         std::get<1>(betas_) >= 0 && std::get<1>(betas_) < 1);
    detail::check_option("NAdam", "weight_decay", weight_decay_, weight_decay_ >= 0);
    detail::check_option("NAdam", "momentum_decay", momentum_decay_, momentum_decay_ >= 0);
}

void NAdam::update(const OptimizerOptions& options, const Array& param, const Array& gradient,
                   ParamState& state) {
    const auto& o = static_cast<const NAdamOptions&>(options);
    const auto [beta1, beta2] = o.betas();
    const double t = state.next_step();
    const double mu = beta1 * (1 - 0.5 * std::pow(0.96, t * o.momentum_decay()));
    const double next = beta1 * (1 - 0.5 * std::pow(0.96, (t + 1) * o.momentum_decay()));
    double& product = state.number("mu_product", 1);
    product = static_cast<float>(product * static_cast<float>(mu));  // PyTorch keeps it in f32
    const double rate_g = o.lr() * (1 - mu) / (1 - product);
    const double rate_m = o.lr() * next / (1 - product * next);
    const double correction = 1 - std::pow(beta2, t);
    const double shrink = o.decoupled_weight_decay() ? 1 - o.lr() * o.weight_decay() : 1;
    const Array& exp_avg = state.array_like("exp_avg", param);
    const Array& exp_avg_sq = state.array_like("exp_avg_sq", param);
    for_type(param, [&, fresh1 = 1 - beta1, b2 = beta2]<class T>(T, int64_t count) {
        const Gradient<T> dx(param, gradient, o.decoupled_weight_decay() ? 0 : o.weight_decay(),
                             o.maximize());
        const T fresh = static_cast<T>(fresh1), old2 = static_cast<T>(b2);
        const T fresh2 = static_cast<T>(1 - b2), by_g = static_cast<T>(rate_g);
        const T by_m = static_cast<T>(rate_m), divisor = static_cast<T>(correction);
        const T eps = static_cast<T>(o.eps()), keep = static_cast<T>(shrink);
        T *x = param.data<T>(), *m = exp_avg.data<T>(), *v = exp_avg_sq.data<T>();
        for (int64_t i = 0; i < count; ++i) {
            x[i] *= keep;
            const T g = dx[i];
            m[i] += fresh * (g - m[i]);
            v[i] = old2 * v[i] + fresh2 * g * g;
            const T root = std::sqrt(v[i] / divisor) + eps;
            x[i] -= by_g * g / root;
            x[i] -= by_m * m[i] / root;
        }
    });
}

}  // namespace lithe::optim
