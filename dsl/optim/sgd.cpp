#include "dsl/optim/sgd.h"

#include <algorithm>
#include <cmath>

#include "dsl/optim/loop.h"

namespace lithe::optim {

void SGDOptions::check() const {
    detail::check_option("SGD", "lr", lr_, lr_ >= 0);
    detail::check_option("SGD", "momentum", momentum_, momentum_ >= 0);
    detail::check_option("SGD", "weight_decay", weight_decay_, weight_decay_ >= 0);
    detail::check_option("SGD", "momentum for nesterov (it needs momentum and no dampening)",
                         momentum_, !nesterov_ || (momentum_ > 0 && dampening_ == 0));
}

void SGD::update(const OptimizerOptions& options, const Array& param, const Array& gradient,
                 ParamState& state) {
    const auto& o = static_cast<const SGDOptions&>(options);
    const bool has_momentum = o.momentum() != 0;
    const bool is_first = has_momentum && !state.has("momentum_buffer");
    if (has_momentum) state.array_like("momentum_buffer", param);
    for_type(param, [&]<class T>(T, int64_t count) {
        const T lr = static_cast<T>(o.lr()), momentum = static_cast<T>(o.momentum());
        const T keep = static_cast<T>(1 - o.dampening());
        const Gradient<T> dx(param, gradient, o.weight_decay(), o.maximize());
        T* x = param.data<T>();
        if (!has_momentum) {
            for (int64_t i = 0; i < count; ++i) x[i] -= lr * dx[i];
            return;
        }
        T* buffer = state.arrays["momentum_buffer"].data<T>();
        const bool is_nesterov = o.nesterov();
        for (int64_t i = 0; i < count; ++i) {
            const T g = dx[i];
            buffer[i] = is_first ? g : momentum * buffer[i] + keep * g;
            x[i] -= lr * (is_nesterov ? g + momentum * buffer[i] : buffer[i]);
        }
    });
}

}  // namespace lithe::optim
