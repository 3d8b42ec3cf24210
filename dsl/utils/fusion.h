#pragma once

#include "dsl/autograd.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe::nn::utils {

namespace detail {
/// Errors: fuse.training.
inline void check_eval(bool is_training) {
    if (!is_training) return;
    throw UserError("fuse.training",
                    "fuse: Fusion only for eval! Call eval() on both modules first");
}

/// Scales the layer's outputs (its weight's first axis, or the second where it is transposed).
template <class Layer, class Norm>
Layer fused(const Layer& layer, const Norm& norm, bool is_transposed) {
    check_eval(layer->is_training() || norm->is_training());
    const NoGradGuard no_grad;
    Layer result(std::dynamic_pointer_cast<typename Layer::ContainedType>(layer->clone()));
    Tensor scale = rsqrt(norm->running_var.detach() + norm->options.eps());
    if (norm->weight.defined()) scale = scale * norm->weight.detach();
    Shape shape(static_cast<size_t>(result->weight.dim()), Dim(1));
    shape[is_transposed ? 1 : 0] = Dim(-1);
    const Tensor bias =
        layer->bias.defined() ? layer->bias.detach() : zeros_like(norm->running_mean);
    Tensor shift = (bias - norm->running_mean.detach()) * scale;
    if (norm->bias.defined()) shift = shift + norm->bias.detach();
    const bool trains = layer->weight.requires_grad();
    result->weight = (layer->weight.detach() * scale.reshape(shape)).requires_grad_(trains);
    result->bias = shift.requires_grad_(trains);
    return result;
}
}  // namespace detail

/// A copy of the convolution that does what convolution and batch norm do in eval mode. Errors:
/// fuse.training.
template <class Conv, class Norm>
Conv fuse_conv_bn_eval(const Conv& conv, const Norm& norm, bool transpose = false) {
    return detail::fused(conv, norm, transpose);
}
/// The same for a linear layer. Errors: fuse.training.
template <class Linear, class Norm>
Linear fuse_linear_bn_eval(const Linear& linear, const Norm& norm) {
    return detail::fused(linear, norm, false);
}

}  // namespace lithe::nn::utils
