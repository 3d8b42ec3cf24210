#include "dsl/optim/sgd.h"

#include "dsl/optim/loop.h"

namespace lithe::optim {
namespace {

std::unique_ptr<OptimizerOptions> checked(const SGDOptions& o) {
    check_option("SGD", "lr", o.lr(), o.lr() >= 0);
    check_option("SGD", "momentum", o.momentum(), o.momentum() >= 0);
    check_option("SGD", "weight_decay", o.weight_decay(), o.weight_decay() >= 0);
    check_option("SGD", "momentum for nesterov (with zero dampening)", o.momentum(),
                 !o.nesterov() || (o.momentum() > 0 && o.dampening() == 0));
    return o.clone();
}

}  // namespace

SGD::SGD(std::vector<OptimizerParamGroup> groups, SGDOptions options)
    : Optimizer(std::move(groups), checked(options)) {}
SGD::SGD(Tensors params, SGDOptions options)
    : SGD({OptimizerParamGroup(std::move(params))}, std::move(options)) {}

void SGD::update(const OptimizerOptions& options, const Array& param, const Array& gradient,
                 ParamState& state) {
    const auto& o = static_cast<const SGDOptions&>(options);
    const bool has_momentum = o.momentum() != 0;
    const bool is_first = has_momentum && !state.has("momentum_buffer");
    if (has_momentum) state.array_like("momentum_buffer", param);
    for_type(param, [&]<class T>(T, int64_t count) {
        const T lr = static_cast<T>(o.lr()), momentum = static_cast<T>(o.momentum());
        const T keep = static_cast<T>(1 - o.dampening()), decay = static_cast<T>(o.weight_decay());
        const T sign = o.maximize() ? T(-1) : T(1);
        T* x = param.data<T>();
        const T* dx = gradient.data<T>();
        T* buffer = has_momentum ? state.arrays["momentum_buffer"].data<T>() : nullptr;
        for (int64_t i = 0; i < count; ++i) {
            T g = sign * dx[i] + decay * x[i];
            if (buffer) {
                buffer[i] = is_first ? g : momentum * buffer[i] + keep * g;
                g = o.nesterov() ? g + momentum * buffer[i] : buffer[i];
            }
            x[i] -= lr * g;
        }
    });
}

}  // namespace lithe::optim
