#include "dsl/functional/activation.h"

#include "dsl/ops.h"
#include "dsl/random.h"
#include "runtime/error.h"

namespace lithe::nn::functional {
namespace {

Tensor finished(const Tensor& x, const Tensor& y, bool inplace) {
    return inplace ? x.assign(y) : y;
}

}  // namespace

Tensor elu(const Tensor& x, const ELUFuncOptions& options) {
    return finished(x, lithe::elu(x, options.alpha()), options.inplace());
}
Tensor selu(const Tensor& x, const SELUFuncOptions& options) {
    return finished(x, lithe::selu(x), options.inplace());
}
Tensor celu(const Tensor& x, const CELUFuncOptions& options) {
    return finished(x, lithe::celu(x, options.alpha()), options.inplace());
}
Tensor glu(const Tensor& x, const GLUFuncOptions& options) { return lithe::glu(x, options.dim()); }

Tensor gelu(const Tensor& x, const GELUFuncOptions& options) {
    const std::string& form = options.approximate();
    if (form != "none" && form != "tanh") {
        throw UserError("gelu.approximate",
                        "gelu: approximate must be either 'none' or 'tanh', got '" + form + "'");
    }
    return lithe::gelu(x, form == "tanh" ? Gelu::tanh : Gelu::exact);
}

Tensor silu(const Tensor& x, const SiLUFuncOptions& options) {
    return finished(x, lithe::silu(x), options.inplace());
}
Tensor mish(const Tensor& x, const MishFuncOptions& options) {
    return finished(x, lithe::mish(x), options.inplace());
}
Tensor relu(const Tensor& x, const ReLUFuncOptions& options) {
    return finished(x, lithe::relu(x), options.inplace());
}
Tensor relu6(const Tensor& x, const ReLU6FuncOptions& options) {
    return finished(x, lithe::relu6(x), options.inplace());
}
Tensor hardtanh(const Tensor& x, const HardtanhFuncOptions& options) {
    return finished(x, lithe::hardtanh(x, options.min_val(), options.max_val()), options.inplace());
}
Tensor hardswish(const Tensor& x, const HardswishFuncOptions& options) {
    return finished(x, lithe::hardswish(x), options.inplace());
}
Tensor hardsigmoid(const Tensor& x, const HardsigmoidFuncOptions& options) {
    return finished(x, lithe::hardsigmoid(x), options.inplace());
}
Tensor hardshrink(const Tensor& x, const HardshrinkFuncOptions& options) {
    return lithe::hardshrink(x, options.lambda());
}
Tensor softshrink(const Tensor& x, const SoftshrinkFuncOptions& options) {
    return lithe::softshrink(x, options.lambda());
}
Tensor leaky_relu(const Tensor& x, const LeakyReLUFuncOptions& options) {
    return finished(x, lithe::leaky_relu(x, options.negative_slope()), options.inplace());
}

Tensor rrelu(const Tensor& x, const RReLUFuncOptions& options) {
    const double low = options.lower(), high = options.upper();
    if (!(low <= high)) {
        throw UserError("rrelu.bounds", "rrelu: lower must be at most upper, got " +
                                            std::to_string(low) + " and " + std::to_string(high));
    }
    if (!options.training())
        return finished(x, lithe::leaky_relu(x, (low + high) / 2), options.inplace());
    const Tensor slope = rand_like(x) * (high - low) + low;
    return finished(x, where(x > 0, x, x * slope), options.inplace());
}

Tensor prelu(const Tensor& x, const Tensor& weight) { return lithe::prelu(x, weight); }
Tensor sigmoid(const Tensor& x) { return lithe::sigmoid(x); }
Tensor logsigmoid(const Tensor& x) { return lithe::logsigmoid(x); }
Tensor tanh(const Tensor& x) { return lithe::tanh(x); }
Tensor softplus(const Tensor& x, const SoftplusFuncOptions& options) {
    return lithe::softplus(x, options.beta(), options.threshold());
}
Tensor softsign(const Tensor& x) { return lithe::softsign(x); }
Tensor tanhshrink(const Tensor& x) { return lithe::tanhshrink(x); }
Tensor threshold(const Tensor& x, const ThresholdFuncOptions& options) {
    return finished(x, lithe::threshold(x, options.threshold(), options.value()),
                    options.inplace());
}
Tensor softmax(const Tensor& x, const SoftmaxFuncOptions& options) {
    return lithe::softmax(x, options.dim(), options.dtype());
}
Tensor softmin(const Tensor& x, const SoftminFuncOptions& options) {
    return lithe::softmax(-x, options.dim(), options.dtype());
}
Tensor log_softmax(const Tensor& x, const LogSoftmaxFuncOptions& options) {
    return lithe::log_softmax(x, options.dim(), options.dtype());
}

Tensor gumbel_softmax(const Tensor& logits, const GumbelSoftmaxFuncOptions& options) {
    const Tensor uniform =
        clamp_min(rand_like(logits), logits.dtype() == DType::f64 ? 0x1p-1022 : 0x1p-126);
    const Tensor noisy = (logits - log(-log(uniform))) / options.tau();
    const Tensor soft = lithe::softmax(noisy, options.dim());
    if (!options.hard()) return soft;
    const Tensor best = argmax(soft, options.dim(), /*keepdim=*/true);
    const Tensor hot = scatter(zeros_like(logits), options.dim(), best, Scalar(1));
    return hot - soft.detach() + soft;
}

}  // namespace lithe::nn::functional
