#include "dsl/optim/adagrad.h"

#include <algorithm>
#include <cmath>

#include "dsl/optim/loop.h"

namespace lithe::optim {

void AdagradOptions::check() const {
    detail::check_option("Adagrad", "lr", lr_, lr_ >= 0);
    detail::check_option("Adagrad", "lr_decay", lr_decay_, lr_decay_ >= 0);
    detail::check_option("Adagrad", "weight_decay", weight_decay_, weight_decay_ >= 0);
    detail::check_option("Adagrad", "initial_accumulator_value", initial_accumulator_value_,
                         initial_accumulator_value_ >= 0);
    detail::check_option("Adagrad", "eps", eps_, eps_ >= 0);
}

void Adagrad::update(const OptimizerOptions& options, const Array& param, const Array& gradient,
                     ParamState& state) {
    const auto& o = static_cast<const AdagradOptions&>(options);
    const double rate = o.lr() / (1 + (state.next_step() - 1) * o.lr_decay());
    const Array& sum = state.array_like("sum", param, o.initial_accumulator_value());
    for_type(param, [&]<class T>(T, int64_t count) {
        const Gradient<T> dx(param, gradient, o.weight_decay(), o.maximize());
        const T lr = static_cast<T>(rate), eps = static_cast<T>(o.eps());
        T *x = param.data<T>(), *s = sum.data<T>();
        for (int64_t i = 0; i < count; ++i) {
            const T g = dx[i];
            s[i] += g * g;
            x[i] -= lr * g / (std::sqrt(s[i]) + eps);
        }
    });
}

}  // namespace lithe::optim
