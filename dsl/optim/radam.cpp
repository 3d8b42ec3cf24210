#include "dsl/optim/radam.h"

#include <algorithm>
#include <cmath>

#include "dsl/optim/loop.h"

namespace lithe::optim {

void RAdamOptions::check() const {
    detail::check_option("RAdam", "lr", lr_, lr_ >= 0);
    detail::check_option("RAdam", "eps", eps_, eps_ >= 0);
    detail::check_option("RAdam", "beta parameter at index 0", std::get<0>(betas_),
                         std::get<0>(betas_) >= 0 && std::get<0>(betas_) < 1);
    detail::check_option("RAdam", "beta parameter at index 1", std::get<1>(betas_),
                         std::get<1>(betas_) >= 0 && std::get<1>(betas_) < 1);
    detail::check_option("RAdam", "weight_decay", weight_decay_, weight_decay_ >= 0);
}

void RAdam::update(const OptimizerOptions& options, const Array& param, const Array& gradient,
                   ParamState& state) {
    const auto& o = static_cast<const RAdamOptions&>(options);
    const auto [beta1, beta2] = o.betas();
    const double t = state.next_step();
    const double correction2 = 1 - std::pow(beta2, t), last = 2 / (1 - beta2) - 1;
    const double rho = last - 2 * t * std::pow(beta2, t) / correction2;
    const bool is_adaptive = rho > 5;
    const double rectified = is_adaptive ? std::sqrt((rho - 4) * (rho - 2) * last /
                                                     ((last - 4) * (last - 2) * rho) * correction2)
                                         : 1;
    const double rate = o.lr() / (1 - std::pow(beta1, t)) * rectified;
    const double shrink = o.decoupled_weight_decay() ? 1 - o.lr() * o.weight_decay() : 1;
    const Array& exp_avg = state.array_like("exp_avg", param);
    const Array& exp_avg_sq = state.array_like("exp_avg_sq", param);
    for_type(param, [&, fresh1 = 1 - beta1, b2 = beta2]<class T>(T, int64_t count) {
        const Gradient<T> dx(param, gradient, o.decoupled_weight_decay() ? 0 : o.weight_decay(),
                             o.maximize());
        const T fresh = static_cast<T>(fresh1), old2 = static_cast<T>(b2);
        const T fresh2 = static_cast<T>(1 - b2), lr = static_cast<T>(rate);
        const T eps = static_cast<T>(o.eps()), keep = static_cast<T>(shrink);
        T *x = param.data<T>(), *m = exp_avg.data<T>(), *v = exp_avg_sq.data<T>();
        for (int64_t i = 0; i < count; ++i) {
            x[i] *= keep;
            const T g = dx[i];
            m[i] += fresh * (g - m[i]);
            v[i] = old2 * v[i] + fresh2 * g * g;
            x[i] -= lr * m[i] / (is_adaptive ? std::sqrt(v[i]) + eps : T(1));
        }
    });
}

}  // namespace lithe::optim
