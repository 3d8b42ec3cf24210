#include "dsl/optim/rmsprop.h"

#include <algorithm>
#include <cmath>

#include "dsl/optim/loop.h"

namespace lithe::optim {

void RMSpropOptions::check() const {
    detail::check_option("RMSprop", "lr", lr_, lr_ >= 0);
    detail::check_option("RMSprop", "eps", eps_, eps_ >= 0);
    detail::check_option("RMSprop", "momentum", momentum_, momentum_ >= 0);
    detail::check_option("RMSprop", "weight_decay", weight_decay_, weight_decay_ >= 0);
    detail::check_option("RMSprop", "alpha", alpha_, alpha_ >= 0);
}

void RMSprop::update(const OptimizerOptions& options, const Array& param, const Array& gradient,
                     ParamState& state) {
    const auto& o = static_cast<const RMSpropOptions&>(options);
    state.next_step();
    const Array& square_avg = state.array_like("square_avg", param);
    if (o.centered()) state.array_like("grad_avg", param);
    if (o.momentum() > 0) state.array_like("momentum_buffer", param);
    for_type(param, [&]<class T>(T, int64_t count) {
        const Gradient<T> dx(param, gradient, o.weight_decay(), o.maximize());
        const T lr = static_cast<T>(o.lr()), eps = static_cast<T>(o.eps());
        const T old = static_cast<T>(o.alpha()), fresh = static_cast<T>(1 - o.alpha());
        const T momentum = static_cast<T>(o.momentum());
        T *x = param.data<T>(), *v = square_avg.data<T>();
        T* a = o.centered() ? state.arrays["grad_avg"].data<T>() : nullptr;
        T* b = o.momentum() > 0 ? state.arrays["momentum_buffer"].data<T>() : nullptr;
        for (int64_t i = 0; i < count; ++i) {
            const T g = dx[i];
            v[i] = old * v[i] + fresh * g * g;
            T variance = v[i];
            if (a) {
                a[i] += fresh * (g - a[i]);
                variance -= a[i] * a[i];
            }
            const T step = g / (std::sqrt(variance) + eps);
            if (b) b[i] = momentum * b[i] + step;
            x[i] -= lr * (b ? b[i] : step);
        }
    });
}

}  // namespace lithe::optim
