#include "dsl/functional/loss.h"

#include "dsl/layers/make.h"
#include "dsl/ops.h"

namespace lithe::nn::functional {
namespace {

Reduction reduction(const char* loss, Choice choice) {
    check_choice(loss, "reduction", choice, {kNone, kMean, kSum});
    return reduction_of(choice);
}

Tensor reduced(const Tensor& loss, Reduction reduction) {
    if (reduction == Reduction::none) return loss;
    return reduction == Reduction::sum ? sum(loss) : mean(loss);
}

}  // namespace

Tensor l1_loss(const Tensor& x, const Tensor& target, const L1LossFuncOptions& options) {
    return lithe::l1_loss(x, target, reduction("l1_loss", options.reduction()));
}
Tensor mse_loss(const Tensor& x, const Tensor& target, const MSELossFuncOptions& options) {
    return lithe::mse_loss(x, target, reduction("mse_loss", options.reduction()));
}
Tensor binary_cross_entropy(const Tensor& x, const Tensor& target,
                            const BinaryCrossEntropyFuncOptions& options) {
    return lithe::binary_cross_entropy(x, target, options.weight(),
                                       reduction("bce_loss", options.reduction()));
}
Tensor binary_cross_entropy_with_logits(const Tensor& x, const Tensor& target,
                                        const BinaryCrossEntropyWithLogitsFuncOptions& options) {
    return lithe::binary_cross_entropy_with_logits(
        x, target, options.weight(), options.pos_weight(),
        reduction("bce_with_logits_loss", options.reduction()));
}
Tensor cross_entropy(const Tensor& x, const Tensor& target,
                     const CrossEntropyFuncOptions& options) {
    return lithe::cross_entropy(x, target, options.weight(),
                                reduction("cross_entropy_loss", options.reduction()),
                                options.ignore_index(), options.label_smoothing());
}
Tensor nll_loss(const Tensor& x, const Tensor& target, const NLLLossFuncOptions& options) {
    return lithe::nll_loss(x, target, options.weight(), reduction("nll_loss", options.reduction()),
                           options.ignore_index());
}
Tensor kl_div(const Tensor& x, const Tensor& target, const KLDivFuncOptions& options) {
    check_choice("kl_div_loss", "reduction", options.reduction(), {kNone, kMean, kSum, kBatchMean});
    return lithe::kl_div(x, target, reduction_of(options.reduction()), options.log_target());
}
Tensor smooth_l1_loss(const Tensor& x, const Tensor& target, const SmoothL1LossFuncOptions& options,
                      std::optional<double> beta) {
    return lithe::smooth_l1_loss(x, target, reduction("smooth_l1_loss", options.reduction()),
                                 beta.value_or(options.beta()));
}
Tensor huber_loss(const Tensor& x, const Tensor& target, const HuberLossFuncOptions& options) {
    return lithe::huber_loss(x, target, reduction("huber_loss", options.reduction()),
                             options.delta());
}
Tensor soft_margin_loss(const Tensor& x, const Tensor& target,
                        const SoftMarginLossFuncOptions& options) {
    return lithe::soft_margin_loss(x, target, reduction("soft_margin_loss", options.reduction()));
}
Tensor multi_margin_loss(const Tensor& x, const Tensor& target,
                         const MultiMarginLossFuncOptions& options) {
    return lithe::multi_margin_loss(x, target, options.p(), options.margin(), options.weight(),
                                    reduction("multi_margin_loss", options.reduction()));
}
Tensor multilabel_margin_loss(const Tensor& x, const Tensor& target,
                              const MultilabelMarginLossFuncOptions& options) {
    return lithe::multilabel_margin_loss(x, target,
                                         reduction("multilabel_margin_loss", options.reduction()));
}
Tensor multilabel_soft_margin_loss(const Tensor& x, const Tensor& target,
                                   const MultilabelSoftMarginLossFuncOptions& options) {
    return lithe::multilabel_soft_margin_loss(
        x, target, options.weight(), reduction("multilabel_soft_margin_loss", options.reduction()));
}
Tensor hinge_embedding_loss(const Tensor& x, const Tensor& target,
                            const HingeEmbeddingLossFuncOptions& options) {
    return lithe::hinge_embedding_loss(x, target, options.margin(),
                                       reduction("hinge_embedding_loss", options.reduction()));
}
Tensor margin_ranking_loss(const Tensor& a, const Tensor& b, const Tensor& target,
                           const MarginRankingLossFuncOptions& options) {
    return lithe::margin_ranking_loss(a, b, target, options.margin(),
                                      reduction("margin_ranking_loss", options.reduction()));
}
Tensor cosine_embedding_loss(const Tensor& a, const Tensor& b, const Tensor& target,
                             const CosineEmbeddingLossFuncOptions& options) {
    return lithe::cosine_embedding_loss(a, b, target, options.margin(),
                                        reduction("cosine_embedding_loss", options.reduction()));
}
Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                           const TripletMarginLossFuncOptions& options) {
    return lithe::triplet_margin_loss(anchor, positive, negative, options.margin(), options.p(),
                                      options.eps(), options.swap(),
                                      reduction("triplet_margin_loss", options.reduction()));
}

Tensor triplet_margin_with_distance_loss(const Tensor& anchor, const Tensor& positive,
                                         const Tensor& negative,
                                         const TripletMarginWithDistanceLossFuncOptions& options) {
    const Reduction how = reduction("triplet_margin_with_distance_loss", options.reduction());
    const auto distance = [&](const Tensor& a, const Tensor& b) {
        return options.distance_function() ? options.distance_function()(a, b)
                                           : pairwise_distance(a, b);
    };
    const Tensor near = distance(anchor, positive);
    Tensor far = distance(anchor, negative);
    if (options.swap()) far = minimum(far, distance(positive, negative));
    return reduced(clamp_min(near - far + options.margin(), 0), how);
}

Tensor poisson_nll_loss(const Tensor& x, const Tensor& target,
                        const PoissonNLLLossFuncOptions& options) {
    return lithe::poisson_nll_loss(x, target, options.log_input(), options.full(), options.eps(),
                                   reduction("poisson_nll_loss", options.reduction()));
}
Tensor gaussian_nll_loss(const Tensor& x, const Tensor& target, const Tensor& var,
                         const GaussianNLLLossFuncOptions& options) {
    return lithe::gaussian_nll_loss(x, target, var, options.full(), options.eps(),
                                    reduction("gaussian_nll_loss", options.reduction()));
}
Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, const CTCLossFuncOptions& options) {
    return lithe::ctc_loss(log_probs, targets, input_lengths, target_lengths, options.blank(),
                           reduction("ctc_loss", options.reduction()), options.zero_infinity());
}

Tensor linear_cross_entropy(const Tensor& x, const Tensor& weight, const Tensor& target,
                            const Tensor& bias, const LinearCrossEntropyFuncOptions& options) {
    const Shape shape = weight.sizes();
    if (shape.size() < 2 || x.dim() < 1 || x.dim() > 2) {
        throw UserError(
            "linear_cross_entropy.rank",
            "linear_cross_entropy: expected x [N, in] or [in] and weight [C, ..., in], got " +
                x.type().str() + " and " + weight.type().str());
    }
    const Shape places(shape.begin(), shape.end() - 1);
    const Tensor flat_bias = bias.defined() ? reshape(bias, {bias.numel()}) : bias;
    Tensor scores = lithe::linear(x, reshape(weight, {product(places), shape.back()}), flat_bias);
    Shape wanted = places;
    if (x.dim() == 2) wanted.insert(wanted.begin(), x.size(0));
    return cross_entropy(reshape(scores, wanted), target, options);
}

}  // namespace lithe::nn::functional
