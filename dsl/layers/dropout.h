#pragma once

#include "dsl/arg.h"
#include "dsl/holder.h"

namespace lithe::nn {

class DropoutOptions {
public:
    DropoutOptions(double p = 0.5) : p_(p) {}
    LITHE_ARG(double, p);
    LITHE_ARG(bool, inplace) = false;
};
using Dropout1dOptions = DropoutOptions;
using Dropout2dOptions = DropoutOptions;
using Dropout3dOptions = DropoutOptions;
using AlphaDropoutOptions = DropoutOptions;
using FeatureAlphaDropoutOptions = DropoutOptions;

/// What the dropout layers share. Errors: dropout.p.
class DropoutBase : public Module {
public:
    explicit DropoutBase(const DropoutOptions& options);
    std::string extra_repr() const override;

    DropoutOptions options;
};

/// In training, sets elements to 0 with probability p and scales the others by 1 / (1 - p).
class DropoutImpl : public DropoutBase {
public:
    explicit DropoutImpl(const DropoutOptions& dropout_options = {})
        : DropoutBase(dropout_options) {}
    Tensor forward(const Tensor& x);
};
/// The same for whole channels of [N, C, L] or [C, L].
class Dropout1dImpl : public DropoutBase {
public:
    explicit Dropout1dImpl(const DropoutOptions& dropout_options = {})
        : DropoutBase(dropout_options) {}
    Tensor forward(const Tensor& x);
};
/// The same for whole channels of [N, C, H, W].
class Dropout2dImpl : public DropoutBase {
public:
    explicit Dropout2dImpl(const DropoutOptions& dropout_options = {})
        : DropoutBase(dropout_options) {}
    Tensor forward(const Tensor& x);
};
/// The same for whole channels of [N, C, D, H, W].
class Dropout3dImpl : public DropoutBase {
public:
    explicit Dropout3dImpl(const DropoutOptions& dropout_options = {})
        : DropoutBase(dropout_options) {}
    Tensor forward(const Tensor& x);
};
/// Dropout that keeps mean and variance of what SELU makes.
class AlphaDropoutImpl : public DropoutBase {
public:
    explicit AlphaDropoutImpl(const DropoutOptions& dropout_options = {})
        : DropoutBase(dropout_options) {}
    Tensor forward(const Tensor& x);
};
/// The same for whole channels.
class FeatureAlphaDropoutImpl : public DropoutBase {
public:
    explicit FeatureAlphaDropoutImpl(const DropoutOptions& dropout_options = {})
        : DropoutBase(dropout_options) {}
    Tensor forward(const Tensor& x);
};
LITHE_MODULE(Dropout);
LITHE_MODULE(Dropout1d);
LITHE_MODULE(Dropout2d);
LITHE_MODULE(Dropout3d);
LITHE_MODULE(AlphaDropout);
LITHE_MODULE(FeatureAlphaDropout);

}  // namespace lithe::nn
