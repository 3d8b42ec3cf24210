#include "tests/parity/run_functional.h"

namespace lithe::tests::parity {
namespace {

#define LITHE_ACTIVATION(name, Made) LITHE_F(name, F::name(c[0], filled(c, F::Made())))
#define LITHE_LOSS_OF_2(name, Made) LITHE_F(name, F::name(c[0], c[1], filled(c, F::Made())))
#define LITHE_LOSS_OF_3(name, Made) LITHE_F(name, F::name(c[0], c[1], c[2], filled(c, F::Made())))

F::SoftmaxFuncOptions softmax_options(const Call& c) {
    F::SoftmaxFuncOptions made(c.integer("dim"));
    if (c.has("dtype")) made.dtype(DType::f32);
    return made;
}

void add_activations() {
    LITHE_ACTIVATION(relu, ReLUFuncOptions);
    LITHE_ACTIVATION(relu6, ReLU6FuncOptions);
    LITHE_ACTIVATION(selu, SELUFuncOptions);
    LITHE_ACTIVATION(hardswish, HardswishFuncOptions);
    LITHE_ACTIVATION(hardsigmoid, HardsigmoidFuncOptions);
    LITHE_ACTIVATION(silu, SiLUFuncOptions);
    LITHE_ACTIVATION(mish, MishFuncOptions);
    LITHE_ACTIVATION(elu, ELUFuncOptions);
    LITHE_ACTIVATION(celu, CELUFuncOptions);
    LITHE_ACTIVATION(gelu, GELUFuncOptions);
    LITHE_ACTIVATION(glu, GLUFuncOptions);
    LITHE_ACTIVATION(leaky_relu, LeakyReLUFuncOptions);
    LITHE_ACTIVATION(hardtanh, HardtanhFuncOptions);
    LITHE_ACTIVATION(softplus, SoftplusFuncOptions);
    LITHE_ACTIVATION(hardshrink, HardshrinkFuncOptions);
    LITHE_ACTIVATION(softshrink, SoftshrinkFuncOptions);
    LITHE_ACTIVATION(rrelu, RReLUFuncOptions);
    LITHE_ACTIVATION(gumbel_softmax, GumbelSoftmaxFuncOptions);
    LITHE_F(sigmoid, F::sigmoid(c[0]));
    LITHE_F(logsigmoid, F::logsigmoid(c[0]));
    LITHE_F(tanh, F::tanh(c[0]));
    LITHE_F(tanhshrink, F::tanhshrink(c[0]));
    LITHE_F(softsign, F::softsign(c[0]));
    LITHE_F(prelu, F::prelu(c[0], c[1]));
    LITHE_F(threshold, F::threshold(c[0], F::ThresholdFuncOptions(c.number("threshold", 0),
                                                                  c.number("value", 0))));
    LITHE_F(softmax, F::softmax(c[0], softmax_options(c)));
    LITHE_F(softmin, F::softmin(c[0], softmax_options(c)));
    LITHE_F(log_softmax, F::log_softmax(c[0], softmax_options(c)));
}

void add_losses() {
    LITHE_LOSS_OF_2(l1_loss, L1LossFuncOptions);
    LITHE_LOSS_OF_2(mse_loss, MSELossFuncOptions);
    LITHE_LOSS_OF_2(smooth_l1_loss, SmoothL1LossFuncOptions);
    LITHE_LOSS_OF_2(huber_loss, HuberLossFuncOptions);
    LITHE_LOSS_OF_2(binary_cross_entropy, BinaryCrossEntropyFuncOptions);
    LITHE_LOSS_OF_2(binary_cross_entropy_with_logits, BinaryCrossEntropyWithLogitsFuncOptions);
    LITHE_LOSS_OF_2(cross_entropy, CrossEntropyFuncOptions);
    LITHE_LOSS_OF_2(nll_loss, NLLLossFuncOptions);
    LITHE_LOSS_OF_2(kl_div, KLDivFuncOptions);
    LITHE_LOSS_OF_2(soft_margin_loss, SoftMarginLossFuncOptions);
    LITHE_LOSS_OF_2(multilabel_soft_margin_loss, MultilabelSoftMarginLossFuncOptions);
    LITHE_LOSS_OF_2(multilabel_margin_loss, MultilabelMarginLossFuncOptions);
    LITHE_LOSS_OF_2(multi_margin_loss, MultiMarginLossFuncOptions);
    LITHE_LOSS_OF_2(hinge_embedding_loss, HingeEmbeddingLossFuncOptions);
    LITHE_LOSS_OF_2(poisson_nll_loss, PoissonNLLLossFuncOptions);
    LITHE_LOSS_OF_3(margin_ranking_loss, MarginRankingLossFuncOptions);
    LITHE_LOSS_OF_3(cosine_embedding_loss, CosineEmbeddingLossFuncOptions);
    LITHE_LOSS_OF_3(triplet_margin_loss, TripletMarginLossFuncOptions);
    LITHE_LOSS_OF_3(triplet_margin_with_distance_loss, TripletMarginWithDistanceLossFuncOptions);
    LITHE_LOSS_OF_3(gaussian_nll_loss, GaussianNLLLossFuncOptions);
    LITHE_F(ctc_loss, F::ctc_loss(c[0], c[1], c[2], c[3], filled(c, F::CTCLossFuncOptions())));
    LITHE_F(linear_cross_entropy,
            F::linear_cross_entropy(c[0], c[1], c[2], {},
                                    filled(c, F::LinearCrossEntropyFuncOptions())));
}

const Tensor& or_nothing(const Call& c, size_t i) {
    static const Tensor nothing;
    return i < c.x.size() ? c.x[i] : nothing;
}

F::EmbeddingBagFuncOptions bag_options(const Call& c) {
    F::EmbeddingBagFuncOptions made;
    if (c.x.size() > 2) made.offsets(c[2]);
    return filled(c, made);
}

void add_products() {
    LITHE_F(linear, F::linear(c[0], c[1], or_nothing(c, 2)));
    LITHE_F(bilinear, F::bilinear(c[0], c[1], c[2], or_nothing(c, 3)));
    LITHE_F(embedding, F::embedding(c[0], c[1], filled(c, F::EmbeddingFuncOptions())));
    LITHE_F(embedding_bag, F::embedding_bag(c[0], c[1], bag_options(c)));
    LITHE_F(one_hot, F::one_hot(c[0], c.integer("num_classes", -1)));
    LITHE_F(cosine_similarity,
            F::cosine_similarity(c[0], c[1], filled(c, F::CosineSimilarityFuncOptions())));
    LITHE_F(pairwise_distance,
            F::pairwise_distance(c[0], c[1], filled(c, F::PairwiseDistanceFuncOptions())));
    LITHE_F(pdist, F::pdist(c[0], c.number("p", 2)));
    LITHE_F(normalize, F::normalize(c[0], filled(c, F::NormalizeFuncOptions())));
    LITHE_F(scaled_dot_product_attention,
            F::scaled_dot_product_attention(c[0], c[1], c[2],
                                            filled(c, F::ScaledDotProductAttentionFuncOptions())));
}

void add_norms() {
    LITHE_F(batch_norm, F::batch_norm(c[0], c[1], c[2], filled(c, F::BatchNormFuncOptions())));
    LITHE_F(instance_norm, F::instance_norm(c[0], filled(c, F::InstanceNormFuncOptions())));
    LITHE_F(layer_norm,
            F::layer_norm(c[0], filled(c, F::LayerNormFuncOptions(c.o.list("normalized_shape")))));
    LITHE_F(rms_norm,
            F::rms_norm(c[0], filled(c, F::RMSNormFuncOptions(c.o.list("normalized_shape")))));
    LITHE_F(group_norm,
            F::group_norm(c[0], filled(c, F::GroupNormFuncOptions(c.integer("num_groups")))));
    LITHE_F(local_response_norm,
            F::local_response_norm(c[0],
                                   filled(c, F::LocalResponseNormFuncOptions(c.integer("size")))));
}

#define LITHE_DROPOUT(name, Made) \
    LITHE_F(name, F::name(c[0], F::Made(c.number("p", 0)).training(c.o.flag("training", true))))

void add_dropouts() {
    LITHE_DROPOUT(dropout, DropoutFuncOptions);
    LITHE_DROPOUT(dropout1d, Dropout1dFuncOptions);
    LITHE_DROPOUT(dropout2d, Dropout2dFuncOptions);
    LITHE_DROPOUT(dropout3d, Dropout3dFuncOptions);
    LITHE_DROPOUT(alpha_dropout, AlphaDropoutFuncOptions);
    LITHE_DROPOUT(feature_alpha_dropout, FeatureAlphaDropoutFuncOptions);
}

Tensors attend(const Call& c) {
    F::MultiheadAttentionForwardFuncOptions made(
        c.integer("embed_dim_to_check"), c.integer("num_heads"), c.tensor("in_proj_weight"),
        c.tensor("in_proj_bias"), c.tensor("bias_k"), c.tensor("bias_v"),
        c.o.flag("add_zero_attn", false), c.number("dropout_p", 0), c.tensor("out_proj_weight"),
        c.tensor("out_proj_bias"));
    made.training(c.o.flag("training", true))
        .need_weights(c.o.flag("need_weights", true))
        .average_attn_weights(c.o.flag("average_attn_weights", true))
        .use_separate_proj_weight(c.o.flag("use_separate_proj_weight", false))
        .is_causal(c.o.flag("is_causal", false))
        .key_padding_mask(c.tensor("key_padding_mask"))
        .attn_mask(c.tensor("attn_mask"))
        .q_proj_weight(c.tensor("q_proj_weight"))
        .k_proj_weight(c.tensor("k_proj_weight"))
        .v_proj_weight(c.tensor("v_proj_weight"));
    return results(F::multi_head_attention_forward(c[0], c[1], c[2], made));
}

[[maybe_unused]] const bool is_added = [] {
    add_activations();
    add_losses();
    add_products();
    add_norms();
    add_dropouts();
    LITHE_F(multi_head_attention_forward, attend(c));
    return true;
}();

}  // namespace
}  // namespace lithe::tests::parity
