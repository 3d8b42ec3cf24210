#include "dsl/optim/adamax.h"

#include <algorithm>
#include <cmath>

#include "dsl/optim/loop.h"

namespace lithe::optim {

void AdamaxOptions::check() const {
    detail::check_option("Adamax", "lr", lr_, lr_ >= 0);
    detail::check_option("Adamax", "eps", eps_, eps_ >= 0);
    detail::check_option("Adamax", "beta parameter at index 0", std::get<0>(betas_),
                         std::get<0>(betas_) >= 0 && std::get<0>(betas_) < 1);
    detail::check_option("Adamax", "beta parameter at index 1", std::get<1>(betas_),
                         std::get<1>(betas_) >= 0 && std::get<1>(betas_) < 1);
    detail::check_option("Adamax", "weight_decay", weight_decay_, weight_decay_ >= 0);
}

void Adamax::update(const OptimizerOptions& options, const Array& param, const Array& gradient,
                    ParamState& state) {
    const auto& o = static_cast<const AdamaxOptions&>(options);
    const auto [beta1, beta2] = o.betas();
    const double rate = o.lr() / (1 - std::pow(beta1, state.next_step()));
    const Array& exp_avg = state.array_like("exp_avg", param);
    const Array& exp_inf = state.array_like("exp_inf", param);
    for_type(param, [&, fresh1 = 1 - beta1, old2 = beta2]<class T>(T, int64_t count) {
        const Gradient<T> dx(param, gradient, o.weight_decay(), o.maximize());
        const T lr = static_cast<T>(rate), eps = static_cast<T>(o.eps());
        const T fresh = static_cast<T>(fresh1), old = static_cast<T>(old2);
        T *x = param.data<T>(), *m = exp_avg.data<T>(), *u = exp_inf.data<T>();
        for (int64_t i = 0; i < count; ++i) {
            const T g = dx[i];
            m[i] += fresh * (g - m[i]);
            u[i] = larger_or_nan(old * u[i], std::abs(g) + eps);
            x[i] -= lr * m[i] / u[i];
        }
    });
}

}  // namespace lithe::optim
