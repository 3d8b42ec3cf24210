#include "dsl/optim/rprop.h"

#include <algorithm>
#include <cmath>

#include "dsl/optim/loop.h"

namespace lithe::optim {

void RpropOptions::check() const {
    detail::check_option("Rprop", "lr", lr_, lr_ >= 0);
    detail::check_option("Rprop", "eta-", std::get<0>(etas_),
                         std::get<0>(etas_) > 0 && std::get<0>(etas_) < 1);
    detail::check_option("Rprop", "eta+", std::get<1>(etas_), std::get<1>(etas_) > 1);
}

void Rprop::update(const OptimizerOptions& options, const Array& param, const Array& gradient,
                   ParamState& state) {
    const auto& o = static_cast<const RpropOptions&>(options);
    state.next_step();
    const Array& previous = state.array_like("prev", param);
    const Array& sizes = state.array_like("step_size", param, o.lr());
    for_type(param, [&]<class T>(T, int64_t count) {
        const Gradient<T> dx(param, gradient, 0, o.maximize());
        const T less = static_cast<T>(std::get<0>(o.etas())),
                more = static_cast<T>(std::get<1>(o.etas()));
        const T least = static_cast<T>(std::get<0>(o.step_sizes()));
        const T most = static_cast<T>(std::get<1>(o.step_sizes()));
        T *x = param.data<T>(), *before = previous.data<T>(), *size = sizes.data<T>();
        for (int64_t i = 0; i < count; ++i) {
            T g = dx[i];
            const T agreement = g * before[i];
            size[i] = std::clamp(size[i] * (agreement > 0   ? more
                                            : agreement < 0 ? less
                                                            : T(1)),
                                 least, most);
            if (agreement < 0) g = 0;
            x[i] -= g > 0 ? size[i] : g < 0 ? -size[i] : T(0);
            before[i] = g;
        }
    });
}

}  // namespace lithe::optim
