// Functionals beside what PyTorch 2.15.0 computed: of each, the sum of the results weighted by
// fixed numbers, and of its gradient likewise. Recorded in f64.
#include "dsl/functional.h"

#include "tests/support/recorded_sums.h"

namespace lithe::tests {
namespace {

namespace F = nn::functional;

Tensor N(const Sizes& sizes, int stream = 0) { return numbers(sizes, DType::f64, 1.5, stream); }

}  // namespace

BOOST_AUTO_TEST_SUITE(functional_losses)

BOOST_AUTO_TEST_CASE(losses) {
    check(
        "multilabel_margin_loss", {3, 4},
        [](const Tensor& x) {
            return F::multilabel_margin_loss(x,
                                             tensor({{3, 0, -1, 1}, {-1, 0, 1, 2}, {2, 1, 0, 3}}));
        },
        {}, -0.05293768570590118, -0.11018783044818592);
    check(
        "multilabel_margin_loss of one", {4},
        [](const Tensor& x) {
            return F::multilabel_margin_loss(x, tensor({3, 0, -1, 1}),
                                             F::MultilabelMarginLossFuncOptions(kSum));
        },
        {}, -0.15881305711770355, -0.33056349134455776);
    check(
        "ctc_loss", {6, 3, 4},
        [](const Tensor& x) {
            return F::ctc_loss(log_softmax(x, 2), tensor({{1, 2, 2}, {3, 1, 0}, {2, 0, 0}}),
                               tensor({6, 5, 4}), tensor({3, 2, 1}));
        },
        {}, -1.9575328768593003, 0.23407302766040516);
    check(
        "ctc_loss without log_softmax", {6, 3, 4},
        [](const Tensor& x) {
            return F::ctc_loss(x - 3, tensor({{1, 2, 2}, {3, 1, 0}, {2, 0, 0}}), tensor({6, 5, 4}),
                               tensor({3, 2, 0}), F::CTCLossFuncOptions().reduction(kNone));
        },
        {3}, -1.709926212411986, -1.4636155151364254);
    check(
        "ctc_loss of a list", {6, 3, 4},
        [](const Tensor& x) {
            return F::ctc_loss(log_softmax(x, 2), tensor({1, 2, 2, 3, 1, 2}), tensor({6, 5, 4}),
                               tensor({3, 2, 1}), F::CTCLossFuncOptions().reduction(kSum));
        },
        {}, -11.01690789298361, 1.5750742646020117);
    check(
        "ctc_loss zero_infinity, blank 3", {3, 2, 4},
        [](const Tensor& x) {
            return F::ctc_loss(log_softmax(x, 2), tensor({{1, 1, 2}, {0, 0, 0}}), tensor({3, 3}),
                               tensor({3, 1}),
                               F::CTCLossFuncOptions().blank(3).zero_infinity(true));
        },
        {}, -0.9092946325598062, 0.4739371259066729);
    check(
        "ctc_loss without batch", {6, 4},
        [](const Tensor& x) {
            return F::ctc_loss(log_softmax(x, 1), tensor({1, 2, 2}), tensor(6), tensor(3));
        },
        {}, -2.0821021018486494, 0.6358648871070822);
    check(
        "linear_cross_entropy", {3, 4},
        [](const Tensor& x) {
            return F::linear_cross_entropy(x, N({5, 4}, 1), tensor({0, 4, 2}), N({5}, 2),
                                           F::CrossEntropyFuncOptions().label_smoothing(0.1));
        },
        {}, -3.1289943432807084, 0.2806983386679543);
    check(
        "linear_cross_entropy of places", {3, 4},
        [](const Tensor& x) {
            return F::linear_cross_entropy(x, N({5, 2, 4}, 1), tensor({{0, 1}, {4, 4}, {2, 3}}));
        },
        {}, -5.291305856206556, 2.7894273480077505);
    check(
        "cross_entropy", {3, 4, 2},
        [](const Tensor& x) {
            return F::cross_entropy(
                x, tensor({{0, 1}, {3, -100}, {2, 2}}),
                F::CrossEntropyFuncOptions().weight(abs(N({4}, 1))).label_smoothing(0.2));
        },
        {}, -1.7684502336939265, 0.21121514543502046);
    check(
        "cross_entropy of probabilities", {3, 4},
        [](const Tensor& x) {
            return F::cross_entropy(
                x, softmax(N({3, 4}, 2), 1),
                F::CrossEntropyFuncOptions().weight(abs(N({4}, 1))).label_smoothing(0.2));
        },
        {}, -1.418183601516546, 0.024844918166566643);
    check(
        "kl_div batchmean", {3, 4},
        [](const Tensor& x) {
            return F::kl_div(log_softmax(x, 1), softmax(N({3, 4}, 2), 1),
                             F::KLDivFuncOptions(kBatchMean));
        },
        {}, -0.24099402146608934, -0.07779033563873163);
    check(
        "smooth_l1_loss", {3, 4},
        [](const Tensor& x) {
            return F::smooth_l1_loss(x, N({3, 4}, 2), F::SmoothL1LossFuncOptions(kSum).beta(0.4));
        },
        {}, -6.369610463147563, -1.2834827776837465);
    check(
        "huber_loss", {3, 4},
        [](const Tensor& x) {
            return F::huber_loss(x, N({3, 4}, 2), F::HuberLossFuncOptions().delta(0.7));
        },
        {}, -0.2944064914170845, -0.07715500517486786);
    check(
        "multi_margin_loss", {3, 4},
        [](const Tensor& x) {
            return F::multi_margin_loss(
                x, tensor({0, 3, 2}),
                F::MultiMarginLossFuncOptions().p(2).margin(0.5).weight(abs(N({4}, 1))));
        },
        {}, -1.1563431639897264, 0.20348035588184443);
    check(
        "multilabel_soft_margin_loss", {3, 4},
        [](const Tensor& x) {
            return F::multilabel_soft_margin_loss(x, (N({3, 4}, 2) > 0).to(DType::f64),
                                                  F::MultilabelSoftMarginLossFuncOptions(kNone));
        },
        {3}, 0.24784278626925288, -0.1187301277469616);
    check(
        "cosine_embedding_loss", {3, 4},
        [](const Tensor& x) {
            return F::cosine_embedding_loss(x, N({3, 4}, 2), tensor({1, -1, -1}),
                                            F::CosineEmbeddingLossFuncOptions().margin(-0.5));
        },
        {}, -0.8468254239232277, 0.07785560672050149);
    check(
        "triplet_margin_loss", {3, 4},
        [](const Tensor& x) {
            return F::triplet_margin_loss(x, N({3, 4}, 2), N({3, 4}, 3),
                                          F::TripletMarginLossFuncOptions().p(1).swap(true));
        },
        {}, -2.2611522975918854, -0.39080983152048054);
    check(
        "gaussian_nll_loss", {3, 4},
        [](const Tensor& x) {
            return F::gaussian_nll_loss(x, N({3, 4}, 2), abs(N({3, 4}, 3)),
                                        F::GaussianNLLLossFuncOptions().full(true));
        },
        {}, -1.3929469811831559, 0.3886536746079868);
    check(
        "poisson_nll_loss", {3, 4},
        [](const Tensor& x) {
            return F::poisson_nll_loss(x, abs(N({3, 4}, 2)) * 3,
                                       F::PoissonNLLLossFuncOptions().full(true));
        },
        {}, -3.222652032522231, 0.7226223080308458);
    check(
        "bce with logits", {3, 4},
        [](const Tensor& x) {
            return F::binary_cross_entropy_with_logits(
                x, sigmoid(N({3, 4}, 2)),
                F::BinaryCrossEntropyWithLogitsFuncOptions().pos_weight(abs(N({4}, 1))));
        },
        {}, -0.6485216911955622, -0.03475774837159101);
    check(
        "hinge_embedding_loss", {4},
        [](const Tensor& x) {
            return F::hinge_embedding_loss(x, tensor({1, -1, -1, 1}),
                                           F::HingeEmbeddingLossFuncOptions().margin(0.8));
        },
        {}, -1.1618780812349738, 0.7043144597596325);
}

BOOST_AUTO_TEST_CASE(others) {
    check(
        "pdist", {5, 3}, [](const Tensor& x) { return F::pdist(x, 3); }, {10}, 1.1791390691480268,
        -0.717150434357142);
    check(
        "embedding scaled", {5, 3},
        [](const Tensor& x) {
            return F::embedding(tensor({{0, 2, 2}, {4, 2, -0}}), x,
                                F::EmbeddingFuncOptions().padding_idx(4).scale_grad_by_freq(true));
        },
        {2, 3, 3}, -8.099805153919732, 1.7595748335258783);
    check(
        "embedding_bag mean", {5, 3},
        [](const Tensor& x) {
            return F::embedding_bag(
                tensor({0, 2, 2, 4, 1}), x,
                F::EmbeddingBagFuncOptions().offsets(tensor({0, 2, 2, 4})).padding_idx(2));
        },
        {4, 3}, -0.25831352457256695, 0.23354831532061238);
    check(
        "embedding_bag max", {5, 3},
        [](const Tensor& x) {
            return F::embedding_bag(tensor({0, 2, 2, 4, 1}), x,
                                    F::EmbeddingBagFuncOptions()
                                        .offsets(tensor({0, 2, 2, 5}))
                                        .mode(kMax)
                                        .include_last_offset(true));
        },
        {3, 3}, -1.8248108017788183, 0.5775942435517912);
    check(
        "embedding_bag weighted", {5, 3},
        [](const Tensor& x) {
            return F::embedding_bag(
                tensor({{0, 2}, {4, 1}}), x,
                F::EmbeddingBagFuncOptions().mode(kSum).per_sample_weights(N({2, 2}, 1)));
        },
        {2, 3}, -8.738160046218646, 4.202400403740226);
    check(
        "bilinear", {2, 3},
        [](const Tensor& x) { return F::bilinear(x, N({2, 4}, 1), N({5, 3, 4}, 2), N({5}, 3)); },
        {2, 5}, -9.347245479067873, -6.351517445763218);
    check(
        "local_response_norm", {2, 5, 3},
        [](const Tensor& x) {
            return F::local_response_norm(x, F::LocalResponseNormFuncOptions(4).alpha(0.3).k(0.8));
        },
        {2, 5, 3}, -21.16333058812242, 5.370030675867708);
    check(
        "cross_map_lrn2d", {2, 5, 3, 2},
        [](const Tensor& x) {
            return nn::CrossMapLRN2d(nn::CrossMapLRN2dOptions(4).alpha(0.3))(x.detach());
        },
        {2, 5, 3, 2}, -36.70134967121318, 0);
    check(
        "group_norm", {2, 6, 3},
        [](const Tensor& x) {
            return F::group_norm(x, F::GroupNormFuncOptions(3).weight(N({6}, 1)).bias(N({6}, 2)));
        },
        {2, 6, 3}, 3.681756226537089, 0.306052313669764);
    check(
        "rms_norm", {2, 6, 3},
        [](const Tensor& x) {
            return F::rms_norm(x, F::RMSNormFuncOptions({6, 3}).weight(N({6, 3}, 1)));
        },
        {2, 6, 3}, 0.34201447956215736, 0.5101428309640901);
    check(
        "instance_norm", {2, 3, 4},
        [](const Tensor& x) {
            return F::instance_norm(x, F::InstanceNormFuncOptions().weight(N({3}, 1)));
        },
        {2, 3, 4}, 2.409996845515349, 0.19590250573135107);
    check(
        "attention", {2, 3, 4, 5},
        [](const Tensor& x) {
            return F::scaled_dot_product_attention(x, N({2, 3, 6, 5}, 1), N({2, 3, 6, 2}, 2),
                                                   F::ScaledDotProductAttentionFuncOptions()
                                                       .attn_mask(N({4, 6}, 3) > -0.9)
                                                       .scale(0.4));
        },
        {2, 3, 4, 2}, -2.2992908635219056, -0.05726337828800937);
    check(
        "attention, a row of nothing", {1, 2, 4},
        [](const Tensor& x) {
            return F::scaled_dot_product_attention(
                x, N({1, 3, 4}, 1), N({1, 3, 2}, 2),
                F::ScaledDotProductAttentionFuncOptions().attn_mask(
                    tensor({{false, false, false}, {true, false, true}})));
        },
        {1, 2, 2}, 1.0410053558962056, 0.030802757307234706);
    check(
        "conv2d same", {2, 3, 5, 4},
        [](const Tensor& x) {
            return F::conv2d(
                x, N({2, 3, 4, 3}, 1),
                F::Conv2dFuncOptions().padding(kSame).dilation({1, 2}).bias(N({2}, 2)));
        },
        {2, 2, 5, 4}, -8.056803262166483, 1.0840685254871953);
    check(
        "conv_transpose1d", {2, 4, 5},
        [](const Tensor& x) {
            return F::conv_transpose1d(
                x, N({4, 3, 3}, 1),
                F::ConvTranspose1dFuncOptions().stride(2).padding(1).output_padding(1).groups(2));
        },
        {2, 6, 10}, -3.2506065854401367, 6.41493888863242);
    check(
        "glu", {2, 6}, [](const Tensor& x) { return F::glu(x, F::GLUFuncOptions(1)); }, {2, 3},
        -1.4146852636318183, 0.9460567415330674);
    check(
        "rrelu in evaluation", {2, 6},
        [](const Tensor& x) { return F::rrelu(x, F::RReLUFuncOptions().lower(0.2).upper(0.6)); },
        {2, 6}, -7.009392325676175, 3.370877651337738);
    check(
        "softmin", {2, 6}, [](const Tensor& x) { return F::softmin(x, 1); }, {2, 6},
        1.1255910622101166, -0.3315206542048169);
    check(
        "threshold", {2, 6},
        [](const Tensor& x) { return F::threshold(x, F::ThresholdFuncOptions(0.1, 20)); }, {2, 6},
        61.24075320468938, 2.7509638463842316);
    check(
        "channel_shuffle", {2, 6, 3}, [](const Tensor& x) { return F::channel_shuffle(x, 3); },
        {2, 6, 3}, -6.782777420399434, 3.4014306431453374);
    check(
        "pixel_unshuffle", {2, 3, 4, 6}, [](const Tensor& x) { return F::pixel_unshuffle(x, 2); },
        {2, 12, 2, 3}, 40.86199886733945, -6.652415798616655);
    check(
        "normalize", {2, 3, 4},
        [](const Tensor& x) { return F::normalize(x, F::NormalizeFuncOptions().p(3).dim(-1)); },
        {2, 3, 4}, -9.931246804519374, -0.7278651589267355);
    check(
        "cosine_similarity", {2, 3},
        [](const Tensor& x) { return F::cosine_similarity(x, N({2, 3}, 1)); }, {2},
        -1.0754256708076546, 0.1320165268119333);
    check(
        "pairwise_distance", {2, 3},
        [](const Tensor& x) {
            return F::pairwise_distance(x, N({2, 3}, 1),
                                        F::PairwiseDistanceFuncOptions().p(1).keepdim(true));
        },
        {2, 1}, -1.0847474994674098, 0.6868965364414255);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lithe::tests
