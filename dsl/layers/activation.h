#pragma once

#include <string>

#include "dsl/arg.h"
#include "dsl/holder.h"

namespace lithe::nn {

// `inplace(true)` writes the result into the argument.

class ReLUOptions {
public:
    ReLUOptions(bool inplace = false) : inplace_(inplace) {}
    LITHE_ARG(bool, inplace);
};

/// max(x, 0).
class ReLUImpl : public Module {
public:
    explicit ReLUImpl(const ReLUOptions& activation_options = {}) : options(activation_options) {}
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    ReLUOptions options;
};
LITHE_MODULE(ReLU);

class ReLU6Options {
public:
    ReLU6Options(bool inplace = false) : inplace_(inplace) {}
    LITHE_ARG(bool, inplace);
};

/// min(max(x, 0), 6).
class ReLU6Impl : public Module {
public:
    explicit ReLU6Impl(const ReLU6Options& activation_options = {}) : options(activation_options) {}
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    ReLU6Options options;
};
LITHE_MODULE(ReLU6);

class SELUOptions {
public:
    SELUOptions(bool inplace = false) : inplace_(inplace) {}
    LITHE_ARG(bool, inplace);
};

/// scale (x where x > 0, else alpha (exp(x) - 1)), with the constants of self-normalising networks.
class SELUImpl : public Module {
public:
    explicit SELUImpl(const SELUOptions& activation_options = {}) : options(activation_options) {}
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    SELUOptions options;
};
LITHE_MODULE(SELU);

class ELUOptions {
public:
    ELUOptions(double alpha = 1) : alpha_(alpha) {}
    LITHE_ARG(double, alpha);
    LITHE_ARG(bool, inplace) = false;
};

/// x where x > 0, else alpha (exp(x) - 1).
class ELUImpl : public Module {
public:
    explicit ELUImpl(const ELUOptions& activation_options = {}) : options(activation_options) {}
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    ELUOptions options;
};
LITHE_MODULE(ELU);

class CELUOptions {
public:
    CELUOptions(double alpha = 1) : alpha_(alpha) {}
    LITHE_ARG(double, alpha);
    LITHE_ARG(bool, inplace) = false;
};

/// max(x, 0) + min(alpha (exp(x / alpha) - 1), 0).
class CELUImpl : public Module {
public:
    explicit CELUImpl(const CELUOptions& activation_options = {}) : options(activation_options) {}
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    CELUOptions options;
};
LITHE_MODULE(CELU);

class LeakyReLUOptions {
public:
    LeakyReLUOptions(double negative_slope = 1e-2) : negative_slope_(negative_slope) {}
    LITHE_ARG(double, negative_slope);
    LITHE_ARG(bool, inplace) = false;
};

/// x where x > 0, else negative_slope x.
class LeakyReLUImpl : public Module {
public:
    explicit LeakyReLUImpl(const LeakyReLUOptions& activation_options = {})
        : options(activation_options) {}
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    LeakyReLUOptions options;
};
LITHE_MODULE(LeakyReLU);

class HardtanhOptions {
public:
    LITHE_ARG(double, min_val) = -1;
    LITHE_ARG(double, max_val) = 1;
    LITHE_ARG(bool, inplace) = false;
};

/// x cut to min_val .. max_val.
class HardtanhImpl : public Module {
public:
    explicit HardtanhImpl(const HardtanhOptions& activation_options = {})
        : options(activation_options) {}
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    HardtanhOptions options;
};
LITHE_MODULE(Hardtanh);

class ThresholdOptions {
public:
    ThresholdOptions(double threshold, double value) : threshold_(threshold), value_(value) {}
    LITHE_ARG(double, threshold);
    LITHE_ARG(double, value);
    LITHE_ARG(bool, inplace) = false;
};

/// x where x > threshold, else value.
class ThresholdImpl : public Module {
public:
    explicit ThresholdImpl(const ThresholdOptions& activation_options)
        : options(activation_options) {}
    ThresholdImpl(double threshold, double value)
        : ThresholdImpl(ThresholdOptions(threshold, value)) {}
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    ThresholdOptions options;
};
LITHE_MODULE(Threshold);

class SiLUOptions {
public:
    SiLUOptions(bool inplace = false) : inplace_(inplace) {}
    LITHE_ARG(bool, inplace);
};

/// x sigmoid(x).
class SiLUImpl : public Module {
public:
    explicit SiLUImpl(const SiLUOptions& activation_options = {}) : options(activation_options) {}
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    SiLUOptions options;
};
LITHE_MODULE(SiLU);

class MishOptions {
public:
    MishOptions(bool inplace = false) : inplace_(inplace) {}
    LITHE_ARG(bool, inplace);
};

/// x tanh(softplus(x)).
class MishImpl : public Module {
public:
    explicit MishImpl(const MishOptions& activation_options = {}) : options(activation_options) {}
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    MishOptions options;
};
LITHE_MODULE(Mish);

class HardswishOptions {
public:
    HardswishOptions(bool inplace = false) : inplace_(inplace) {}
    LITHE_ARG(bool, inplace);
};

/// x min(max(x + 3, 0), 6) / 6.
class HardswishImpl : public Module {
public:
    explicit HardswishImpl(const HardswishOptions& activation_options = {})
        : options(activation_options) {}
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    HardswishOptions options;
};
LITHE_MODULE(Hardswish);

class HardsigmoidOptions {
public:
    HardsigmoidOptions(bool inplace = false) : inplace_(inplace) {}
    LITHE_ARG(bool, inplace);
};

/// min(max(x + 3, 0), 6) / 6.
class HardsigmoidImpl : public Module {
public:
    explicit HardsigmoidImpl(const HardsigmoidOptions& activation_options = {})
        : options(activation_options) {}
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    HardsigmoidOptions options;
};
LITHE_MODULE(Hardsigmoid);

class GELUOptions {
public:
    GELUOptions(std::string approximate = "none") : approximate_(std::move(approximate)) {}
    LITHE_ARG(std::string, approximate);
};

/// x Phi(x); `approximate("tanh")` uses a formula with tanh for Phi.
class GELUImpl : public Module {
public:
    explicit GELUImpl(const GELUOptions& activation_options = {});
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    GELUOptions options;
};
LITHE_MODULE(GELU);

/// 1 / (1 + exp(-x)).
class SigmoidImpl : public Module {
public:
    Tensor forward(const Tensor& x);
};
LITHE_MODULE(Sigmoid);

/// log(sigmoid(x)).
class LogSigmoidImpl : public Module {
public:
    Tensor forward(const Tensor& x);
};
LITHE_MODULE(LogSigmoid);

/// tanh(x).
class TanhImpl : public Module {
public:
    Tensor forward(const Tensor& x);
};
LITHE_MODULE(Tanh);

/// x - tanh(x).
class TanhshrinkImpl : public Module {
public:
    Tensor forward(const Tensor& x);
};
LITHE_MODULE(Tanhshrink);

/// x / (1 + |x|).
class SoftsignImpl : public Module {
public:
    Tensor forward(const Tensor& x);
};
LITHE_MODULE(Softsign);

class SoftplusOptions {
public:
    LITHE_ARG(double, beta) = 1;
    LITHE_ARG(double, threshold) = 20;
};

/// log(1 + exp(beta x)) / beta, and x where beta x > threshold.
class SoftplusImpl : public Module {
public:
    explicit SoftplusImpl(const SoftplusOptions& activation_options = {})
        : options(activation_options) {}
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    SoftplusOptions options;
};
LITHE_MODULE(Softplus);

class HardshrinkOptions {
public:
    HardshrinkOptions(double lambda = 0.5) : lambda_(lambda) {}
    LITHE_ARG(double, lambda);
};

/// x where |x| > lambda, else 0.
class HardshrinkImpl : public Module {
public:
    explicit HardshrinkImpl(const HardshrinkOptions& activation_options = {})
        : options(activation_options) {}
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    HardshrinkOptions options;
};
LITHE_MODULE(Hardshrink);

class SoftshrinkOptions {
public:
    SoftshrinkOptions(double lambda = 0.5) : lambda_(lambda) {}
    LITHE_ARG(double, lambda);
};

/// x moved towards 0 by lambda.
class SoftshrinkImpl : public Module {
public:
    explicit SoftshrinkImpl(const SoftshrinkOptions& activation_options = {})
        : options(activation_options) {}
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    SoftshrinkOptions options;
};
LITHE_MODULE(Softshrink);

class PReLUOptions {
public:
    PReLUOptions(int64_t num_parameters = 1) : num_parameters_(num_parameters) {}
    LITHE_ARG(int64_t, num_parameters);
    LITHE_ARG(double, init) = 0.25;
    LITHE_ARG(DType, dtype) = DType::f32;
};

/// x where x > 0, else weight x, with one learned weight or one for each channel.
class PReLUImpl : public Module {
public:
    explicit PReLUImpl(const PReLUOptions& options = {});
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;
    void visit_members(FieldVisitor& visitor) override;

    PReLUOptions options;
    Tensor weight;
};
LITHE_MODULE(PReLU);

class RReLUOptions {
public:
    RReLUOptions() = default;
    LITHE_ARG(double, lower) = 1.0 / 8;
    LITHE_ARG(double, upper) = 1.0 / 3;
    LITHE_ARG(bool, inplace) = false;
};

/// Leaky ReLU whose slope is drawn from lower .. upper for each element in training, and their
/// middle in evaluation.
class RReLUImpl : public Module {
public:
    explicit RReLUImpl(const RReLUOptions& activation_options = {}) : options(activation_options) {}
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    RReLUOptions options;
};
LITHE_MODULE(RReLU);

}  // namespace lithe::nn
