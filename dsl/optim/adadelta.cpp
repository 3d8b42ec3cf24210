#include "dsl/optim/adadelta.h"

#include <algorithm>
#include <cmath>

#include "dsl/optim/loop.h"

namespace lithe::optim {

void AdadeltaOptions::check() const {
    detail::check_option("Adadelta", "lr", lr_, lr_ >= 0);
    detail::check_option("Adadelta", "rho", rho_, rho_ >= 0 && rho_ <= 1);
    detail::check_option("Adadelta", "eps", eps_, eps_ >= 0);
    detail::check_option("Adadelta", "weight_decay", weight_decay_, weight_decay_ >= 0);
}

void Adadelta::update(const OptimizerOptions& options, const Array& param, const Array& gradient,
                      ParamState& state) {
    const auto& o = static_cast<const AdadeltaOptions&>(options);
    state.next_step();
    const Array& square_avg = state.array_like("square_avg", param);
    const Array& acc_delta = state.array_like("acc_delta", param);
    for_type(param, [&]<class T>(T, int64_t count) {
        const Gradient<T> dx(param, gradient, o.weight_decay(), o.maximize());
        const T lr = static_cast<T>(o.lr()), eps = static_cast<T>(o.eps());
        const T old = static_cast<T>(o.rho()), fresh = static_cast<T>(1 - o.rho());
        T *x = param.data<T>(), *v = square_avg.data<T>(), *u = acc_delta.data<T>();
        for (int64_t i = 0; i < count; ++i) {
            const T g = dx[i];
            v[i] = old * v[i] + fresh * g * g;
            const T delta = std::sqrt(u[i] + eps) / std::sqrt(v[i] + eps) * g;
            u[i] = old * u[i] + fresh * delta * delta;
            x[i] -= lr * delta;
        }
    });
}

}  // namespace lithe::optim
