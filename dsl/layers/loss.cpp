#include "dsl/layers/loss.h"

#include "dsl/functional/loss.h"
#include "dsl/init.h"
#include "dsl/layers/make.h"
#include "dsl/repr.h"

namespace lithe::nn {

L1LossImpl::L1LossImpl(const L1LossOptions& loss_options) : options(loss_options) {
    check_choice("l1_loss", "reduction", options.reduction(), {kNone, kMean, kSum});
}

Tensor L1LossImpl::forward(const Tensor& x, const Tensor& target) {
    return functional::l1_loss(x, target, options);
}

MSELossImpl::MSELossImpl(const MSELossOptions& loss_options) : options(loss_options) {
    check_choice("mse_loss", "reduction", options.reduction(), {kNone, kMean, kSum});
}

Tensor MSELossImpl::forward(const Tensor& x, const Tensor& target) {
    return functional::mse_loss(x, target, options);
}

BCELossImpl::BCELossImpl(const BCELossOptions& loss_options) : options(loss_options) {
    check_choice("bce_loss", "reduction", options.reduction(), {kNone, kMean, kSum});
}

Tensor BCELossImpl::forward(const Tensor& x, const Tensor& target) {
    return functional::binary_cross_entropy(x, target, options);
}

void BCELossImpl::visit_members(FieldVisitor& visitor) {
    visitor.tensor("weight", options.weight(), TensorFieldKind::buffer);
}

BCEWithLogitsLossImpl::BCEWithLogitsLossImpl(const BCEWithLogitsLossOptions& loss_options)
    : options(loss_options) {
    check_choice("bce_with_logits_loss", "reduction", options.reduction(), {kNone, kMean, kSum});
}

Tensor BCEWithLogitsLossImpl::forward(const Tensor& x, const Tensor& target) {
    return functional::binary_cross_entropy_with_logits(x, target, options);
}

void BCEWithLogitsLossImpl::visit_members(FieldVisitor& visitor) {
    visitor.tensor("weight", options.weight(), TensorFieldKind::buffer);
    visitor.tensor("pos_weight", options.pos_weight(), TensorFieldKind::buffer);
}

CrossEntropyLossImpl::CrossEntropyLossImpl(const CrossEntropyLossOptions& loss_options)
    : options(loss_options) {
    check_choice("cross_entropy_loss", "reduction", options.reduction(), {kNone, kMean, kSum});
}

Tensor CrossEntropyLossImpl::forward(const Tensor& x, const Tensor& target) {
    return functional::cross_entropy(x, target, options);
}

void CrossEntropyLossImpl::visit_members(FieldVisitor& visitor) {
    visitor.tensor("weight", options.weight(), TensorFieldKind::buffer);
}

NLLLossImpl::NLLLossImpl(const NLLLossOptions& loss_options) : options(loss_options) {
    check_choice("nll_loss", "reduction", options.reduction(), {kNone, kMean, kSum});
}

Tensor NLLLossImpl::forward(const Tensor& x, const Tensor& target) {
    return functional::nll_loss(x, target, options);
}

void NLLLossImpl::visit_members(FieldVisitor& visitor) {
    visitor.tensor("weight", options.weight(), TensorFieldKind::buffer);
}

KLDivLossImpl::KLDivLossImpl(const KLDivLossOptions& loss_options) : options(loss_options) {
    check_choice("kl_div_loss", "reduction", options.reduction(), {kNone, kMean, kSum, kBatchMean});
}

Tensor KLDivLossImpl::forward(const Tensor& x, const Tensor& target) {
    return functional::kl_div(x, target, options);
}

SmoothL1LossImpl::SmoothL1LossImpl(const SmoothL1LossOptions& loss_options)
    : options(loss_options) {
    check_choice("smooth_l1_loss", "reduction", options.reduction(), {kNone, kMean, kSum});
}

Tensor SmoothL1LossImpl::forward(const Tensor& x, const Tensor& target) {
    return functional::smooth_l1_loss(x, target, options);
}

HuberLossImpl::HuberLossImpl(const HuberLossOptions& loss_options) : options(loss_options) {
    check_choice("huber_loss", "reduction", options.reduction(), {kNone, kMean, kSum});
}

Tensor HuberLossImpl::forward(const Tensor& x, const Tensor& target) {
    return functional::huber_loss(x, target, options);
}

PoissonNLLLossImpl::PoissonNLLLossImpl(const PoissonNLLLossOptions& loss_options)
    : options(loss_options) {
    check_choice("poisson_nll_loss", "reduction", options.reduction(), {kNone, kMean, kSum});
}

Tensor PoissonNLLLossImpl::forward(const Tensor& x, const Tensor& target) {
    return functional::poisson_nll_loss(x, target, options);
}

GaussianNLLLossImpl::GaussianNLLLossImpl(const GaussianNLLLossOptions& loss_options)
    : options(loss_options) {
    check_choice("gaussian_nll_loss", "reduction", options.reduction(), {kNone, kMean, kSum});
}

Tensor GaussianNLLLossImpl::forward(const Tensor& x, const Tensor& target, const Tensor& var) {
    return functional::gaussian_nll_loss(x, target, var, options);
}

CTCLossImpl::CTCLossImpl(const CTCLossOptions& loss_options) : options(loss_options) {
    check_choice("ctc_loss", "reduction", options.reduction(), {kNone, kMean, kSum});
}

Tensor CTCLossImpl::forward(const Tensor& log_probs, const Tensor& targets,
                            const Tensor& input_lengths, const Tensor& target_lengths) {
    return functional::ctc_loss(log_probs, targets, input_lengths, target_lengths, options);
}

LinearCrossEntropyLossImpl::LinearCrossEntropyLossImpl(
    const LinearCrossEntropyLossOptions& loss_options)
    : options(loss_options),
      linear(LinearOptions(options.in_features(), rows())
                 .bias(options.bias())
                 .dtype(options.dtype())) {
    check_choice("linear_cross_entropy_loss", "reduction", options.reduction(),
                 {kNone, kMean, kSum});
    check_positive("linear_cross_entropy_loss", "num_classes", options.num_classes());
}

int64_t LinearCrossEntropyLossImpl::rows() const {
    int64_t count = options.num_classes();
    for (const int64_t size : options.out_features()) count *= size;
    return count;
}

Tensor LinearCrossEntropyLossImpl::forward(const Tensor& x, const Tensor& target) {
    Shape shape{options.num_classes()};
    for (const int64_t size : options.out_features()) shape.emplace_back(size);
    shape.emplace_back(options.in_features());
    return functional::linear_cross_entropy(x, reshape(linear->weight, shape), target, linear->bias,
                                            CrossEntropyLossOptions(options.reduction())
                                                .weight(options.weight())
                                                .ignore_index(options.ignore_index())
                                                .label_smoothing(options.label_smoothing()));
}

std::string LinearCrossEntropyLossImpl::extra_repr() const {
    Repr repr;
    repr.add("in_features", options.in_features()).add("num_classes", options.num_classes());
    repr.add("out_features", options.out_features()).add("bias", options.bias());
    repr.append("reduction=" + lithe::str(options.reduction()));
    const bool is_usual = options.ignore_index() == -100;
    repr.append("ignore_index=" + (is_usual ? "None" : std::to_string(options.ignore_index())));
    return repr.add("label_smoothing", options.label_smoothing()).append("options=None").str();
}

void LinearCrossEntropyLossImpl::visit_members(FieldVisitor& visitor) {
    visitor.tensor("weight", options.weight(), TensorFieldKind::buffer);
    visit_field(visitor, "linear", linear);
}

}  // namespace lithe::nn
