#include "dsl/optim/adam.h"

#include <cmath>

#include "dsl/optim/loop.h"

namespace lithe::optim {
namespace {

/// What one step multiplies by, in the parameter's type.
template <class T>
struct Factors {
    T fresh1, old2, fresh2, rate, root, eps, keep;
};

template <class T, bool has_largest>
void run(const Factors<T>& f, const Gradient<T>& dx, int64_t count, T* x, T* m, T* v, T* largest) {
    for (int64_t i = 0; i < count; ++i) {
        x[i] *= f.keep;
        const T g = dx[i];
        m[i] += f.fresh1 * (g - m[i]);
        v[i] = f.old2 * v[i] + f.fresh2 * g * g;
        T square = v[i];
        if constexpr (has_largest) square = largest[i] = larger_or_nan(largest[i], v[i]);
        x[i] -= f.rate * (m[i] / (std::sqrt(square) / f.root + f.eps));
    }
}

/// One step. Weight decay joins the gradient or, decoupled, shrinks the parameter first.
template <class Options>
void adam_step(const Options& o, const Array& param, const Array& gradient, ParamState& state) {
    const bool is_decoupled = o.decoupled_weight_decay();
    const double decay = is_decoupled ? 0 : o.weight_decay();
    const double shrink = is_decoupled ? 1 - o.lr() * o.weight_decay() : 1;
    const double beta1 = std::get<0>(o.betas()), beta2 = std::get<1>(o.betas());
    const double t = state.next_step();
    const Array& exp_avg = state.array_like("exp_avg", param);
    const Array& exp_avg_sq = state.array_like("exp_avg_sq", param);
    if (o.amsgrad()) state.array_like("max_exp_avg_sq", param);
    for_type(param, [&]<class T>(T, int64_t count) {
        const auto as = [](double number) { return static_cast<T>(number); };
        const Factors<T> f{as(1 - beta1),
                           as(beta2),
                           as(1 - beta2),
                           as(o.lr() / (1 - std::pow(beta1, t))),
                           as(std::sqrt(1 - std::pow(beta2, t))),
                           as(o.eps()),
                           as(shrink)};
        const Gradient<T> dx(param, gradient, decay, o.maximize());
        T *x = param.data<T>(), *m = exp_avg.data<T>(), *v = exp_avg_sq.data<T>();
        if (o.amsgrad()) {
            run<T, true>(f, dx, count, x, m, v, state.arrays["max_exp_avg_sq"].data<T>());
        } else {
            run<T, false>(f, dx, count, x, m, v, nullptr);
        }
    });
}

}  // namespace

void Adam::update(const OptimizerOptions& options, const Array& param, const Array& gradient,
                  ParamState& state) {
    adam_step(static_cast<const AdamOptions&>(options), param, gradient, state);
}

void AdamW::update(const OptimizerOptions& options, const Array& param, const Array& gradient,
                   ParamState& state) {
    adam_step(static_cast<const AdamWOptions&>(options), param, gradient, state);
}

}  // namespace lithe::optim
