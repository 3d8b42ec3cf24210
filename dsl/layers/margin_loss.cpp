#include "dsl/layers/margin_loss.h"

#include "dsl/functional/loss.h"
#include "dsl/layers/make.h"

namespace lithe::nn {

SoftMarginLossImpl::SoftMarginLossImpl(const SoftMarginLossOptions& loss_options)
    : options(loss_options) {
    check_choice("soft_margin_loss", "reduction", options.reduction(), {kNone, kMean, kSum});
}

Tensor SoftMarginLossImpl::forward(const Tensor& x, const Tensor& target) {
    return functional::soft_margin_loss(x, target, options);
}

MultiLabelSoftMarginLossImpl::MultiLabelSoftMarginLossImpl(
    const MultiLabelSoftMarginLossOptions& loss_options)
    : options(loss_options) {
    check_choice("multi_label_soft_margin_loss", "reduction", options.reduction(),
                 {kNone, kMean, kSum});
}

Tensor MultiLabelSoftMarginLossImpl::forward(const Tensor& x, const Tensor& target) {
    return functional::multilabel_soft_margin_loss(x, target, options);
}

void MultiLabelSoftMarginLossImpl::visit_members(FieldVisitor& visitor) {
    visitor.tensor("weight", options.weight(), TensorFieldKind::buffer);
}

MultiMarginLossImpl::MultiMarginLossImpl(const MultiMarginLossOptions& loss_options)
    : options(loss_options) {
    check_choice("multi_margin_loss", "reduction", options.reduction(), {kNone, kMean, kSum});
}

Tensor MultiMarginLossImpl::forward(const Tensor& x, const Tensor& target) {
    return functional::multi_margin_loss(x, target, options);
}

void MultiMarginLossImpl::visit_members(FieldVisitor& visitor) {
    visitor.tensor("weight", options.weight(), TensorFieldKind::buffer);
}

HingeEmbeddingLossImpl::HingeEmbeddingLossImpl(const HingeEmbeddingLossOptions& loss_options)
    : options(loss_options) {
    check_choice("hinge_embedding_loss", "reduction", options.reduction(), {kNone, kMean, kSum});
}

Tensor HingeEmbeddingLossImpl::forward(const Tensor& x, const Tensor& target) {
    return functional::hinge_embedding_loss(x, target, options);
}

MarginRankingLossImpl::MarginRankingLossImpl(const MarginRankingLossOptions& loss_options)
    : options(loss_options) {
    check_choice("margin_ranking_loss", "reduction", options.reduction(), {kNone, kMean, kSum});
}

Tensor MarginRankingLossImpl::forward(const Tensor& a, const Tensor& b, const Tensor& target) {
    return functional::margin_ranking_loss(a, b, target, options);
}

CosineEmbeddingLossImpl::CosineEmbeddingLossImpl(const CosineEmbeddingLossOptions& loss_options)
    : options(loss_options) {
    check_choice("cosine_embedding_loss", "reduction", options.reduction(), {kNone, kMean, kSum});
}

Tensor CosineEmbeddingLossImpl::forward(const Tensor& a, const Tensor& b, const Tensor& target) {
    return functional::cosine_embedding_loss(a, b, target, options);
}

TripletMarginLossImpl::TripletMarginLossImpl(const TripletMarginLossOptions& loss_options)
    : options(loss_options) {
    check_choice("triplet_margin_loss", "reduction", options.reduction(), {kNone, kMean, kSum});
}

Tensor TripletMarginLossImpl::forward(const Tensor& anchor, const Tensor& positive,
                                      const Tensor& negative) {
    return functional::triplet_margin_loss(anchor, positive, negative, options);
}

TripletMarginWithDistanceLossImpl::TripletMarginWithDistanceLossImpl(
    const TripletMarginWithDistanceLossOptions& loss_options)
    : options(loss_options) {
    check_choice("triplet_margin_with_distance_loss", "reduction", options.reduction(),
                 {kNone, kMean, kSum});
}

Tensor TripletMarginWithDistanceLossImpl::forward(const Tensor& anchor, const Tensor& positive,
                                                  const Tensor& negative) {
    return functional::triplet_margin_with_distance_loss(anchor, positive, negative, options);
}

MultiLabelMarginLossImpl::MultiLabelMarginLossImpl(const MultiLabelMarginLossOptions& loss_options)
    : options(loss_options) {
    check_choice("multilabel_margin_loss", "reduction", options.reduction(), {kNone, kMean, kSum});
}

Tensor MultiLabelMarginLossImpl::forward(const Tensor& x, const Tensor& target) {
    return functional::multilabel_margin_loss(x, target, options);
}

}  // namespace lithe::nn
