#include "dsl/layers/loss.h"

#include "dsl/layers/make.h"
#include "dsl/ops.h"

namespace lithe::nn {

L1LossImpl::L1LossImpl(const L1LossOptions& loss_options) : options(loss_options) {
    check_choice("l1_loss", "reduction", options.reduction(), {kNone, kMean, kSum});
}

Tensor L1LossImpl::forward(const Tensor& x, const Tensor& target) {
    return l1_loss(x, target, reduction_of(options.reduction()));
}

MSELossImpl::MSELossImpl(const MSELossOptions& loss_options) : options(loss_options) {
    check_choice("mse_loss", "reduction", options.reduction(), {kNone, kMean, kSum});
}

Tensor MSELossImpl::forward(const Tensor& x, const Tensor& target) {
    return mse_loss(x, target, reduction_of(options.reduction()));
}

BCELossImpl::BCELossImpl(const BCELossOptions& loss_options) : options(loss_options) {
    check_choice("bce_loss", "reduction", options.reduction(), {kNone, kMean, kSum});
}

Tensor BCELossImpl::forward(const Tensor& x, const Tensor& target) {
    return binary_cross_entropy(x, target, options.weight(), reduction_of(options.reduction()));
}

void BCELossImpl::visit_members(FieldVisitor& visitor) {
    visitor.tensor("weight", options.weight(), TensorFieldKind::buffer);
}

BCEWithLogitsLossImpl::BCEWithLogitsLossImpl(const BCEWithLogitsLossOptions& loss_options)
    : options(loss_options) {
    check_choice("bce_with_logits_loss", "reduction", options.reduction(), {kNone, kMean, kSum});
}

Tensor BCEWithLogitsLossImpl::forward(const Tensor& x, const Tensor& target) {
    return binary_cross_entropy_with_logits(x, target, options.weight(), options.pos_weight(),
                                            reduction_of(options.reduction()));
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
    return cross_entropy(x, target, options.weight(), reduction_of(options.reduction()),
                         options.ignore_index(), options.label_smoothing());
}

void CrossEntropyLossImpl::visit_members(FieldVisitor& visitor) {
    visitor.tensor("weight", options.weight(), TensorFieldKind::buffer);
}

NLLLossImpl::NLLLossImpl(const NLLLossOptions& loss_options) : options(loss_options) {
    check_choice("nll_loss", "reduction", options.reduction(), {kNone, kMean, kSum});
}

Tensor NLLLossImpl::forward(const Tensor& x, const Tensor& target) {
    return nll_loss(x, target, options.weight(), reduction_of(options.reduction()),
                    options.ignore_index());
}

void NLLLossImpl::visit_members(FieldVisitor& visitor) {
    visitor.tensor("weight", options.weight(), TensorFieldKind::buffer);
}

KLDivLossImpl::KLDivLossImpl(const KLDivLossOptions& loss_options) : options(loss_options) {
    check_choice("kl_div_loss", "reduction", options.reduction(), {kNone, kMean, kSum, kBatchMean});
}

Tensor KLDivLossImpl::forward(const Tensor& x, const Tensor& target) {
    return kl_div(x, target, reduction_of(options.reduction()), options.log_target());
}

SmoothL1LossImpl::SmoothL1LossImpl(const SmoothL1LossOptions& loss_options)
    : options(loss_options) {
    check_choice("smooth_l1_loss", "reduction", options.reduction(), {kNone, kMean, kSum});
}

Tensor SmoothL1LossImpl::forward(const Tensor& x, const Tensor& target) {
    return smooth_l1_loss(x, target, reduction_of(options.reduction()), options.beta());
}

HuberLossImpl::HuberLossImpl(const HuberLossOptions& loss_options) : options(loss_options) {
    check_choice("huber_loss", "reduction", options.reduction(), {kNone, kMean, kSum});
}

Tensor HuberLossImpl::forward(const Tensor& x, const Tensor& target) {
    return huber_loss(x, target, reduction_of(options.reduction()), options.delta());
}

SoftMarginLossImpl::SoftMarginLossImpl(const SoftMarginLossOptions& loss_options)
    : options(loss_options) {
    check_choice("soft_margin_loss", "reduction", options.reduction(), {kNone, kMean, kSum});
}

Tensor SoftMarginLossImpl::forward(const Tensor& x, const Tensor& target) {
    return soft_margin_loss(x, target, reduction_of(options.reduction()));
}

MultiLabelSoftMarginLossImpl::MultiLabelSoftMarginLossImpl(
    const MultiLabelSoftMarginLossOptions& loss_options)
    : options(loss_options) {
    check_choice("multi_label_soft_margin_loss", "reduction", options.reduction(),
                 {kNone, kMean, kSum});
}

Tensor MultiLabelSoftMarginLossImpl::forward(const Tensor& x, const Tensor& target) {
    return multilabel_soft_margin_loss(x, target, options.weight(),
                                       reduction_of(options.reduction()));
}

void MultiLabelSoftMarginLossImpl::visit_members(FieldVisitor& visitor) {
    visitor.tensor("weight", options.weight(), TensorFieldKind::buffer);
}

MultiMarginLossImpl::MultiMarginLossImpl(const MultiMarginLossOptions& loss_options)
    : options(loss_options) {
    check_choice("multi_margin_loss", "reduction", options.reduction(), {kNone, kMean, kSum});
}

Tensor MultiMarginLossImpl::forward(const Tensor& x, const Tensor& target) {
    return multi_margin_loss(x, target, options.p(), options.margin(), options.weight(),
                             reduction_of(options.reduction()));
}

void MultiMarginLossImpl::visit_members(FieldVisitor& visitor) {
    visitor.tensor("weight", options.weight(), TensorFieldKind::buffer);
}

HingeEmbeddingLossImpl::HingeEmbeddingLossImpl(const HingeEmbeddingLossOptions& loss_options)
    : options(loss_options) {
    check_choice("hinge_embedding_loss", "reduction", options.reduction(), {kNone, kMean, kSum});
}

Tensor HingeEmbeddingLossImpl::forward(const Tensor& x, const Tensor& target) {
    return hinge_embedding_loss(x, target, options.margin(), reduction_of(options.reduction()));
}

MarginRankingLossImpl::MarginRankingLossImpl(const MarginRankingLossOptions& loss_options)
    : options(loss_options) {
    check_choice("margin_ranking_loss", "reduction", options.reduction(), {kNone, kMean, kSum});
}

Tensor MarginRankingLossImpl::forward(const Tensor& a, const Tensor& b, const Tensor& target) {
    return margin_ranking_loss(a, b, target, options.margin(), reduction_of(options.reduction()));
}

CosineEmbeddingLossImpl::CosineEmbeddingLossImpl(const CosineEmbeddingLossOptions& loss_options)
    : options(loss_options) {
    check_choice("cosine_embedding_loss", "reduction", options.reduction(), {kNone, kMean, kSum});
}

Tensor CosineEmbeddingLossImpl::forward(const Tensor& a, const Tensor& b, const Tensor& target) {
    return cosine_embedding_loss(a, b, target, options.margin(), reduction_of(options.reduction()));
}

TripletMarginLossImpl::TripletMarginLossImpl(const TripletMarginLossOptions& loss_options)
    : options(loss_options) {
    check_choice("triplet_margin_loss", "reduction", options.reduction(), {kNone, kMean, kSum});
}

Tensor TripletMarginLossImpl::forward(const Tensor& anchor, const Tensor& positive,
                                      const Tensor& negative) {
    return triplet_margin_loss(anchor, positive, negative, options.margin(), options.p(),
                               options.eps(), options.swap(), reduction_of(options.reduction()));
}

PoissonNLLLossImpl::PoissonNLLLossImpl(const PoissonNLLLossOptions& loss_options)
    : options(loss_options) {
    check_choice("poisson_nll_loss", "reduction", options.reduction(), {kNone, kMean, kSum});
}

Tensor PoissonNLLLossImpl::forward(const Tensor& x, const Tensor& target) {
    return poisson_nll_loss(x, target, options.log_input(), options.full(), options.eps(),
                            reduction_of(options.reduction()));
}

GaussianNLLLossImpl::GaussianNLLLossImpl(const GaussianNLLLossOptions& loss_options)
    : options(loss_options) {
    check_choice("gaussian_nll_loss", "reduction", options.reduction(), {kNone, kMean, kSum});
}

Tensor GaussianNLLLossImpl::forward(const Tensor& x, const Tensor& target, const Tensor& var) {
    return gaussian_nll_loss(x, target, var, options.full(), options.eps(),
                             reduction_of(options.reduction()));
}

TripletMarginWithDistanceLossImpl::TripletMarginWithDistanceLossImpl(
    const TripletMarginWithDistanceLossOptions& loss_options)
    : options(loss_options) {
    check_choice("triplet_margin_with_distance_loss", "reduction", options.reduction(),
                 {kNone, kMean, kSum});
}

Tensor TripletMarginWithDistanceLossImpl::forward(const Tensor& anchor, const Tensor& positive,
                                                  const Tensor& negative) {
    const auto distance = [&](const Tensor& a, const Tensor& b) {
        return options.distance_function() ? options.distance_function()(a, b)
                                           : pairwise_distance(a, b);
    };
    const Tensor near = distance(anchor, positive);
    Tensor far = distance(anchor, negative);
    if (options.swap()) far = minimum(far, distance(positive, negative));
    const Tensor loss = clamp_min(near - far + options.margin(), 0);
    if (options.reduction() == kNone) return loss;
    return options.reduction() == kSum ? sum(loss) : mean(loss);
}

}  // namespace lithe::nn
