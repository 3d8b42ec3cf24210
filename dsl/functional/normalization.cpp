#include "dsl/functional/normalization.h"

#include "dsl/ops.h"

namespace lithe::nn::functional {

Tensor batch_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var,
                  const BatchNormFuncOptions& options) {
    return lithe::batch_norm(x, options.weight(), options.bias(), running_mean, running_var,
                             options.training(), options.momentum().value_or(0), options.eps());
}

Tensor instance_norm(const Tensor& x, const InstanceNormFuncOptions& options) {
    return lithe::instance_norm(x, options.weight(), options.bias(), options.running_mean(),
                                options.running_var(), options.use_input_stats(),
                                options.momentum(), options.eps());
}

Tensor layer_norm(const Tensor& x, const LayerNormFuncOptions& options) {
    return lithe::layer_norm(x, to_shape(options.normalized_shape()), options.weight(),
                             options.bias(), options.eps());
}

Tensor rms_norm(const Tensor& x, const RMSNormFuncOptions& options) {
    return lithe::rms_norm(x, to_shape(options.normalized_shape()), options.weight(),
                           options.eps());
}

Tensor group_norm(const Tensor& x, const GroupNormFuncOptions& options) {
    return lithe::group_norm(x, options.num_groups(), options.weight(), options.bias(),
                             options.eps());
}

Tensor local_response_norm(const Tensor& x, const LocalResponseNormFuncOptions& options) {
    return lithe::local_response_norm(x, options.size(), options.alpha(), options.beta(),
                                      options.k());
}

Tensor normalize(const Tensor& x, const NormalizeFuncOptions& options) {
    const Tensor result = lithe::normalize(x, options.p(), options.dim(), options.eps());
    if (!options.out()) return result;
    if (!same(options.out()->type(), result.type())) options.out()->set_data(result);
    return options.out()->copy_(result);
}

}  // namespace lithe::nn::functional
