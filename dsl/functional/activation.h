// nn::functional: nonlinearities.
#pragma once

#include "dsl/layers/activation.h"
#include "dsl/layers/softmax.h"

namespace lithe::nn::functional {

using ELUFuncOptions = ELUOptions;
using SELUFuncOptions = SELUOptions;
using CELUFuncOptions = CELUOptions;
using GLUFuncOptions = GLUOptions;
using GELUFuncOptions = GELUOptions;
using SiLUFuncOptions = SiLUOptions;
using MishFuncOptions = MishOptions;
using ReLUFuncOptions = ReLUOptions;
using ReLU6FuncOptions = ReLU6Options;
using HardtanhFuncOptions = HardtanhOptions;
using HardswishFuncOptions = HardswishOptions;
using HardsigmoidFuncOptions = HardsigmoidOptions;
using HardshrinkFuncOptions = HardshrinkOptions;
using SoftshrinkFuncOptions = SoftshrinkOptions;
using LeakyReLUFuncOptions = LeakyReLUOptions;
using SoftplusFuncOptions = SoftplusOptions;
using ThresholdFuncOptions = ThresholdOptions;

class RReLUFuncOptions {
public:
    LITHE_ARG(double, lower) = 1.0 / 8;
    LITHE_ARG(double, upper) = 1.0 / 3;
    LITHE_ARG(bool, training) = false;
    LITHE_ARG(bool, inplace) = false;
};

/// Options of softmax, softmin and log_softmax: the axis, and the dtype to convert to first.
class SoftmaxFuncOptions {
public:
    SoftmaxFuncOptions(int64_t dim) : dim_(dim) {}
    SoftmaxFuncOptions(const SoftmaxOptions& options) : dim_(options.dim()) {}
    SoftmaxFuncOptions(const SoftminOptions& options) : dim_(options.dim()) {}
    SoftmaxFuncOptions(const LogSoftmaxOptions& options) : dim_(options.dim()) {}
    LITHE_ARG(int64_t, dim);
    LITHE_ARG(std::optional<DType>, dtype);
};
using SoftminFuncOptions = SoftmaxFuncOptions;
using LogSoftmaxFuncOptions = SoftmaxFuncOptions;

class GumbelSoftmaxFuncOptions {
public:
    LITHE_ARG(double, tau) = 1;
    /// One-hot results whose gradient is that of the soft ones.
    LITHE_ARG(bool, hard) = false;
    LITHE_ARG(int64_t, dim) = -1;
};

Tensor elu(const Tensor& x, const ELUFuncOptions& options = {});
Tensor selu(const Tensor& x, const SELUFuncOptions& options = {});
Tensor celu(const Tensor& x, const CELUFuncOptions& options = {});
Tensor glu(const Tensor& x, const GLUFuncOptions& options = {});
Tensor gelu(const Tensor& x, const GELUFuncOptions& options = {});
Tensor silu(const Tensor& x, const SiLUFuncOptions& options = {});
Tensor mish(const Tensor& x, const MishFuncOptions& options = {});
Tensor relu(const Tensor& x, const ReLUFuncOptions& options = {});
Tensor relu6(const Tensor& x, const ReLU6FuncOptions& options = {});
Tensor hardtanh(const Tensor& x, const HardtanhFuncOptions& options = {});
Tensor hardswish(const Tensor& x, const HardswishFuncOptions& options = {});
Tensor hardsigmoid(const Tensor& x, const HardsigmoidFuncOptions& options = {});
Tensor hardshrink(const Tensor& x, const HardshrinkFuncOptions& options = {});
Tensor softshrink(const Tensor& x, const SoftshrinkFuncOptions& options = {});
Tensor leaky_relu(const Tensor& x, const LeakyReLUFuncOptions& options = {});
/// Errors: rrelu.bounds.
Tensor rrelu(const Tensor& x, const RReLUFuncOptions& options = {});
Tensor prelu(const Tensor& x, const Tensor& weight);
Tensor sigmoid(const Tensor& x);
Tensor logsigmoid(const Tensor& x);
Tensor tanh(const Tensor& x);
Tensor softplus(const Tensor& x, const SoftplusFuncOptions& options = {});
Tensor softsign(const Tensor& x);
Tensor tanhshrink(const Tensor& x);
Tensor threshold(const Tensor& x, const ThresholdFuncOptions& options);
Tensor softmax(const Tensor& x, const SoftmaxFuncOptions& options);
Tensor softmin(const Tensor& x, const SoftminFuncOptions& options);
Tensor log_softmax(const Tensor& x, const LogSoftmaxFuncOptions& options);
/// softmax((x + Gumbel noise) / tau). Source: Jang, Gu, Poole, "Categorical Reparameterization with
/// Gumbel-Softmax", ICLR 2017.
Tensor gumbel_softmax(const Tensor& logits, const GumbelSoftmaxFuncOptions& options = {});

}  // namespace lithe::nn::functional
