#include "dsl/optim/asgd.h"

#include <algorithm>
#include <cmath>

#include "dsl/optim/loop.h"

namespace lithe::optim {

void ASGDOptions::check() const {
    detail::check_option("ASGD", "lr", lr_, lr_ >= 0);
    detail::check_option("ASGD", "lambd", lambd_, lambd_ >= 0);
    detail::check_option("ASGD", "alpha", alpha_, alpha_ >= 0);
    detail::check_option("ASGD", "weight_decay", weight_decay_, weight_decay_ >= 0);
}

void ASGD::update(const OptimizerOptions& options, const Array& param, const Array& gradient,
                  ParamState& state) {
    const auto& o = static_cast<const ASGDOptions&>(options);
    const double t = state.next_step();
    double& eta = state.number("eta", static_cast<float>(o.lr()));  // PyTorch keeps both in f32
    double& mu = state.number("mu", 1);
    const Array& average = state.array_like("ax", param);
    for_type(param, [&]<class T>(T, int64_t count) {
        const Gradient<T> dx(param, gradient, o.weight_decay(), o.maximize());
        const T keep = static_cast<T>(1 - o.lambd() * eta), lr = static_cast<T>(eta);
        const T share = static_cast<T>(mu);
        T *x = param.data<T>(), *ax = average.data<T>();
        for (int64_t i = 0; i < count; ++i) {
            x[i] = keep * x[i] - lr * dx[i];
            ax[i] = share == T(1) ? x[i] : ax[i] + (x[i] - ax[i]) * share;
        }
    });
    eta = static_cast<float>(o.lr() / std::pow(1 + o.lambd() * o.lr() * t, o.alpha()));
    mu = static_cast<float>(1 / std::max(1.0, t - o.t0()));
}

}  // namespace lithe::optim
