#pragma once

#include "dsl/arg.h"
#include "dsl/holder.h"

namespace lithe::nn {

class SoftmaxOptions {
public:
    SoftmaxOptions(int64_t dim) : dim_(dim) {}
    LITHE_ARG(int64_t, dim);
};

/// exp(x) / sum of exp(x) along dim.
class SoftmaxImpl : public Module {
public:
    explicit SoftmaxImpl(const SoftmaxOptions& activation_options) : options(activation_options) {}
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    SoftmaxOptions options;
};
LITHE_MODULE(Softmax);

class SoftminOptions {
public:
    SoftminOptions(int64_t dim) : dim_(dim) {}
    LITHE_ARG(int64_t, dim);
};

/// softmax(-x).
class SoftminImpl : public Module {
public:
    explicit SoftminImpl(const SoftminOptions& activation_options) : options(activation_options) {}
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    SoftminOptions options;
};
LITHE_MODULE(Softmin);

class LogSoftmaxOptions {
public:
    LogSoftmaxOptions(int64_t dim) : dim_(dim) {}
    LITHE_ARG(int64_t, dim);
};

/// log(softmax(x)).
class LogSoftmaxImpl : public Module {
public:
    explicit LogSoftmaxImpl(const LogSoftmaxOptions& activation_options)
        : options(activation_options) {}
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    LogSoftmaxOptions options;
};
LITHE_MODULE(LogSoftmax);

/// Softmax over the channels of each place: x is [N, C, H, W] or [C, H, W].
class Softmax2dImpl : public Module {
public:
    Tensor forward(const Tensor& x);
};
LITHE_MODULE(Softmax2d);

class GLUOptions {
public:
    GLUOptions(int64_t dim = -1) : dim_(dim) {}
    LITHE_ARG(int64_t, dim);
};

/// a sigmoid(b), where a and b are the halves of x along dim.
class GLUImpl : public Module {
public:
    explicit GLUImpl(const GLUOptions& activation_options = {}) : options(activation_options) {}
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    GLUOptions options;
};
LITHE_MODULE(GLU);

}  // namespace lithe::nn
