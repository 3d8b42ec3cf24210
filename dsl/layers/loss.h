#pragma once

#include "dsl/arg.h"
#include "dsl/choice.h"
#include "dsl/holder.h"
#include "dsl/layers/linear.h"

namespace lithe::nn {

// Each loss is reduced at the end: `reduction(kNone)`, `kMean` (the default) or `kSum`.
// Errors: <loss>.reduction.

class L1LossOptions {
public:
    L1LossOptions() = default;
    L1LossOptions(Choice reduction) : reduction_(reduction) {}
    LITHE_ARG(Choice, reduction) = kMean;
};

/// mean |x - target|.
class L1LossImpl : public Module {
public:
    explicit L1LossImpl(const L1LossOptions& loss_options = {});
    Tensor forward(const Tensor& x, const Tensor& target);

    L1LossOptions options;
};
LITHE_MODULE(L1Loss);

class MSELossOptions {
public:
    MSELossOptions() = default;
    MSELossOptions(Choice reduction) : reduction_(reduction) {}
    LITHE_ARG(Choice, reduction) = kMean;
};

/// mean (x - target)^2.
class MSELossImpl : public Module {
public:
    explicit MSELossImpl(const MSELossOptions& loss_options = {});
    Tensor forward(const Tensor& x, const Tensor& target);

    MSELossOptions options;
};
LITHE_MODULE(MSELoss);

class BCELossOptions {
public:
    BCELossOptions() = default;
    BCELossOptions(Choice reduction) : reduction_(reduction) {}
    LITHE_ARG(Tensor, weight);
    LITHE_ARG(Choice, reduction) = kMean;
};

/// Binary cross entropy of probabilities.
class BCELossImpl : public Module {
public:
    explicit BCELossImpl(const BCELossOptions& loss_options = {});
    Tensor forward(const Tensor& x, const Tensor& target);
    void visit_members(FieldVisitor& visitor) override;

    BCELossOptions options;
};
LITHE_MODULE(BCELoss);

class BCEWithLogitsLossOptions {
public:
    BCEWithLogitsLossOptions() = default;
    BCEWithLogitsLossOptions(Choice reduction) : reduction_(reduction) {}
    LITHE_ARG(Tensor, weight);
    LITHE_ARG(Tensor, pos_weight);
    LITHE_ARG(Choice, reduction) = kMean;
};

/// Binary cross entropy of logits.
class BCEWithLogitsLossImpl : public Module {
public:
    explicit BCEWithLogitsLossImpl(const BCEWithLogitsLossOptions& loss_options = {});
    Tensor forward(const Tensor& x, const Tensor& target);
    void visit_members(FieldVisitor& visitor) override;

    BCEWithLogitsLossOptions options;
};
LITHE_MODULE(BCEWithLogitsLoss);

class CrossEntropyLossOptions {
public:
    CrossEntropyLossOptions() = default;
    CrossEntropyLossOptions(Choice reduction) : reduction_(reduction) {}
    LITHE_ARG(Tensor, weight);
    LITHE_ARG(int64_t, ignore_index) = -100;
    LITHE_ARG(double, label_smoothing) = 0;
    LITHE_ARG(Choice, reduction) = kMean;
};

/// -log softmax(x) at the target class.
class CrossEntropyLossImpl : public Module {
public:
    explicit CrossEntropyLossImpl(const CrossEntropyLossOptions& loss_options = {});
    Tensor forward(const Tensor& x, const Tensor& target);
    void visit_members(FieldVisitor& visitor) override;

    CrossEntropyLossOptions options;
};
LITHE_MODULE(CrossEntropyLoss);

class NLLLossOptions {
public:
    NLLLossOptions() = default;
    NLLLossOptions(Choice reduction) : reduction_(reduction) {}
    LITHE_ARG(Tensor, weight);
    LITHE_ARG(int64_t, ignore_index) = -100;
    LITHE_ARG(Choice, reduction) = kMean;
};

/// -x at the target class, x being log probabilities.
class NLLLossImpl : public Module {
public:
    explicit NLLLossImpl(const NLLLossOptions& loss_options = {});
    Tensor forward(const Tensor& x, const Tensor& target);
    void visit_members(FieldVisitor& visitor) override;

    NLLLossOptions options;
};
LITHE_MODULE(NLLLoss);

class KLDivLossOptions {
public:
    KLDivLossOptions() = default;
    KLDivLossOptions(Choice reduction) : reduction_(reduction) {}
    LITHE_ARG(bool, log_target) = false;
    LITHE_ARG(Choice, reduction) = kMean;
};

/// target (log target - x), x being log probabilities.
class KLDivLossImpl : public Module {
public:
    explicit KLDivLossImpl(const KLDivLossOptions& loss_options = {});
    Tensor forward(const Tensor& x, const Tensor& target);

    KLDivLossOptions options;
};
LITHE_MODULE(KLDivLoss);

class SmoothL1LossOptions {
public:
    SmoothL1LossOptions() = default;
    SmoothL1LossOptions(Choice reduction) : reduction_(reduction) {}
    LITHE_ARG(double, beta) = 1;
    LITHE_ARG(Choice, reduction) = kMean;
};

/// (x - target)^2 / (2 beta) below beta, |x - target| - beta / 2 above.
class SmoothL1LossImpl : public Module {
public:
    explicit SmoothL1LossImpl(const SmoothL1LossOptions& loss_options = {});
    Tensor forward(const Tensor& x, const Tensor& target);

    SmoothL1LossOptions options;
};
LITHE_MODULE(SmoothL1Loss);

class HuberLossOptions {
public:
    HuberLossOptions() = default;
    HuberLossOptions(Choice reduction) : reduction_(reduction) {}
    LITHE_ARG(double, delta) = 1;
    LITHE_ARG(Choice, reduction) = kMean;
};

/// (x - target)^2 / 2 below delta, delta (|x - target| - delta / 2) above.
class HuberLossImpl : public Module {
public:
    explicit HuberLossImpl(const HuberLossOptions& loss_options = {});
    Tensor forward(const Tensor& x, const Tensor& target);

    HuberLossOptions options;
};
LITHE_MODULE(HuberLoss);

class PoissonNLLLossOptions {
public:
    PoissonNLLLossOptions() = default;
    PoissonNLLLossOptions(Choice reduction) : reduction_(reduction) {}
    LITHE_ARG(bool, log_input) = true;
    LITHE_ARG(bool, full) = false;
    LITHE_ARG(double, eps) = 1e-8;
    LITHE_ARG(Choice, reduction) = kMean;
};

/// exp(x) - target x, or x - target log(x + eps) without log_input.
class PoissonNLLLossImpl : public Module {
public:
    explicit PoissonNLLLossImpl(const PoissonNLLLossOptions& loss_options = {});
    Tensor forward(const Tensor& x, const Tensor& target);

    PoissonNLLLossOptions options;
};
LITHE_MODULE(PoissonNLLLoss);

class GaussianNLLLossOptions {
public:
    GaussianNLLLossOptions() = default;
    GaussianNLLLossOptions(Choice reduction) : reduction_(reduction) {}
    LITHE_ARG(bool, full) = false;
    LITHE_ARG(double, eps) = 1e-6;
    LITHE_ARG(Choice, reduction) = kMean;
};

/// (log var + (x - target)^2 / var) / 2, with var at least eps.
class GaussianNLLLossImpl : public Module {
public:
    explicit GaussianNLLLossImpl(const GaussianNLLLossOptions& loss_options = {});
    Tensor forward(const Tensor& x, const Tensor& target, const Tensor& var);

    GaussianNLLLossOptions options;
};
LITHE_MODULE(GaussianNLLLoss);

class CTCLossOptions {
public:
    LITHE_ARG(int64_t, blank) = 0;
    LITHE_ARG(Choice, reduction) = kMean;
    /// Losses that are infinite, since the input is too short, become 0, as do their gradients.
    LITHE_ARG(bool, zero_infinity) = false;
};

/// Connectionist temporal classification; see ctc_loss().
class CTCLossImpl : public Module {
public:
    explicit CTCLossImpl(const CTCLossOptions& loss_options = {});
    Tensor forward(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                   const Tensor& target_lengths);

    CTCLossOptions options;
};
LITHE_MODULE(CTCLoss);

/// The name that NLLLoss has for images.
class NLLLoss2dImpl : public NLLLossImpl {
public:
    using NLLLossImpl::NLLLossImpl;
};
LITHE_MODULE(NLLLoss2d);

class LinearCrossEntropyLossOptions {
public:
    LinearCrossEntropyLossOptions(int64_t in_features, int64_t num_classes)
        : in_features_(in_features), num_classes_(num_classes) {}
    LITHE_ARG(int64_t, in_features);
    LITHE_ARG(int64_t, num_classes);
    /// Sizes of the places that each have a class of their own.
    LITHE_ARG(Sizes, out_features);
    LITHE_ARG(bool, bias) = false;
    LITHE_ARG(Choice, reduction) = kMean;
    LITHE_ARG(Tensor, weight);
    LITHE_ARG(int64_t, ignore_index) = -100;
    LITHE_ARG(double, label_smoothing) = 0;
    LITHE_ARG(DType, dtype) = DType::f32;
};

/// Cross entropy of a linear map of x.
class LinearCrossEntropyLossImpl : public Module {
public:
    LinearCrossEntropyLossImpl(int64_t in_features, int64_t num_classes)
        : LinearCrossEntropyLossImpl(LinearCrossEntropyLossOptions(in_features, num_classes)) {}
    explicit LinearCrossEntropyLossImpl(const LinearCrossEntropyLossOptions& loss_options);
    Tensor forward(const Tensor& x, const Tensor& target);
    std::string extra_repr() const override;
    void visit_members(FieldVisitor& visitor) override;

    LinearCrossEntropyLossOptions options;
    Linear linear;

private:
    int64_t rows() const;
};
LITHE_MODULE(LinearCrossEntropyLoss);

}  // namespace lithe::nn
