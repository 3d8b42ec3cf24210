// torch::nn::functional with its options.
#pragma once

#include <lithe/torch.h>

#include "tests/libtorch/programs/log.h"

namespace programs {

inline torch::Tensor wave(torch::IntArrayRef sizes, double shift = 0) {
    int64_t count = 1;
    for (auto s : sizes) count *= s;
    return (torch::arange(count, torch::kFloat32) * 0.7 + shift).sin().view(sizes);
}

inline void call_functionals(Log& out) {
    namespace F = torch::nn::functional;
    auto image = wave({1, 2, 4, 4}), filters = wave({3, 2, 3, 3}, 1);
    out << F::conv2d(image, filters, F::Conv2dFuncOptions().stride(2).padding(1).bias(wave({3})))
        << '\n';
    out << F::conv2d(image, filters, F::Conv2dFuncOptions().padding(torch::kSame)).sizes()
        << F::conv2d(image, filters).sizes() << '\n';
    out << F::conv_transpose2d(image, wave({2, 1, 2, 2}), F::ConvTranspose2dFuncOptions().stride(2))
               .sizes()
        << '\n';
    out << F::conv1d(wave({1, 1, 5}), wave({1, 1, 2})) << '\n';
    out << F::linear(wave({2, 3}), wave({4, 3}), wave({4})) << F::linear(wave({1, 3}), wave({1, 3}))
        << '\n';
    out << F::max_pool2d(image, F::MaxPool2dFuncOptions(2))
        << F::avg_pool2d(image, F::AvgPool2dFuncOptions({2, 2}).stride({2, 1})).sizes() << '\n';
    out << F::adaptive_avg_pool2d(image, F::AdaptiveAvgPool2dFuncOptions({1, 1}))
        << F::adaptive_avg_pool2d(image, F::AdaptiveAvgPool2dFuncOptions(2)).sizes() << '\n';
    out << F::relu(image[0][0]) << F::relu(wave({2}), F::ReLUFuncOptions().inplace(true))
        << F::leaky_relu(wave({4}), F::LeakyReLUFuncOptions().negative_slope(0.1)) << '\n';
    out << F::gelu(wave({3})) << F::gelu(wave({3}), F::GELUFuncOptions().approximate("tanh"))
        << F::elu(wave({3}, 3), F::ELUFuncOptions().alpha(0.5)) << F::silu(wave({3}))
        << F::softplus(wave({3}), F::SoftplusFuncOptions().beta(2))
        << F::hardtanh(wave({3}), F::HardtanhFuncOptions().min_val(-0.5).max_val(0.5))
        << F::mish(wave({2})) << F::glu(wave({1, 4})) << '\n';
    out << F::softmax(wave({2, 3}), 1) << F::softmax(wave({2, 3}), F::SoftmaxFuncOptions(0))
        << F::log_softmax(wave({2, 3}), F::LogSoftmaxFuncOptions(1)) << F::softmin(wave({3}), 0)
        << '\n';
    out << F::pad(wave({1, 1, 2, 2}), F::PadFuncOptions({1, 1, 0, 1}))
        << F::pad(wave({1, 1, 2, 2}), F::PadFuncOptions({1, 1, 0, 0}).mode(torch::kReplicate))
        << F::pad(wave({1, 1, 3}), F::PadFuncOptions({1, 2}).mode(torch::kReflect))
        << F::pad(wave({1, 1, 3}), F::PadFuncOptions({1, 0}).mode(torch::kConstant).value(9))
        << '\n';
    out << F::interpolate(image, F::InterpolateFuncOptions()
                                     .scale_factor(std::vector<double>{2, 2})
                                     .mode(torch::kNearest))
               .sizes()
        << F::interpolate(image, F::InterpolateFuncOptions()
                                     .size(std::vector<int64_t>{3, 5})
                                     .mode(torch::kBilinear)
                                     .align_corners(false))
        << '\n';
    out << F::batch_norm(image, torch::zeros({2}), torch::ones({2}),
                         F::BatchNormFuncOptions().training(true).momentum(0.2))
        << F::layer_norm(wave({2, 4}), F::LayerNormFuncOptions({4}).eps(1e-3))
        << F::group_norm(image, F::GroupNormFuncOptions(2)).sizes()
        << F::instance_norm(image).sizes() << '\n';
    out << F::normalize(wave({2, 3}), F::NormalizeFuncOptions().p(2).dim(1))
        << F::local_response_norm(image, F::LocalResponseNormFuncOptions(2)).sizes() << '\n';
    out << F::embedding(torch::tensor({1, 0}), wave({3, 2})) << F::one_hot(torch::tensor({1, 0}), 3)
        << F::embedding_bag(
               torch::tensor({0, 1, 2}), wave({3, 2}),
               F::EmbeddingBagFuncOptions().offsets(torch::tensor({0, 2})).mode(torch::kSum))
        << '\n';
    out << F::dropout(wave({3}), F::DropoutFuncOptions().p(0.5).training(false))
        << F::dropout(wave({3}), F::DropoutFuncOptions().p(1.0)) << '\n';
    out << F::cosine_similarity(wave({2, 3}), wave({2, 3}, 1),
                                F::CosineSimilarityFuncOptions().dim(1))
        << F::pairwise_distance(wave({2, 3}), wave({2, 3}, 1),
                                F::PairwiseDistanceFuncOptions().p(1))
        << '\n';
    out << F::pixel_shuffle(wave({1, 4, 1, 1}), F::PixelShuffleFuncOptions(2))
        << F::unfold(wave({1, 1, 3, 3}), F::UnfoldFuncOptions({2, 2}))
        << F::fold(wave({1, 4, 4}), F::FoldFuncOptions({3, 3}, {2, 2})) << '\n';
    out << F::grid_sample(image,
                          F::affine_grid(torch::tensor({{{1.f, 0.f, 0.f}, {0.f, 1.f, 0.f}}}),
                                         {1, 2, 2, 2}, true),
                          F::GridSampleFuncOptions()
                              .mode(torch::kBilinear)
                              .padding_mode(torch::kZeros)
                              .align_corners(true))
        << '\n';
}

inline void call_losses(Log& out) {
    namespace F = torch::nn::functional;
    auto x = wave({3, 4}), y = wave({3, 4}, 1);
    auto classes = torch::tensor({0, 3, 1});
    out << F::cross_entropy(x, classes)
        << F::cross_entropy(x, classes,
                            F::CrossEntropyFuncOptions().ignore_index(1).reduction(torch::kSum))
        << F::cross_entropy(x, classes,
                            F::CrossEntropyFuncOptions()
                                .weight(torch::tensor({1.f, 2.f, 3.f, 4.f}))
                                .label_smoothing(0.1))
        << '\n';
    out << F::nll_loss(F::log_softmax(x, 1), classes,
                       F::NLLLossFuncOptions().reduction(torch::kNone))
        << '\n';
    out << F::mse_loss(x, y) << F::mse_loss(x, y, F::MSELossFuncOptions(torch::kSum))
        << F::l1_loss(x, y, F::L1LossFuncOptions(torch::kMean)) << F::smooth_l1_loss(x, y)
        << F::huber_loss(x, y, F::HuberLossFuncOptions().delta(0.5)) << '\n';
    out << F::binary_cross_entropy(torch::sigmoid(x), (y > 0).to(torch::kFloat))
        << F::binary_cross_entropy_with_logits(
               x, (y > 0).to(torch::kFloat),
               F::BinaryCrossEntropyWithLogitsFuncOptions().pos_weight(torch::full({4}, 2.0)))
        << F::kl_div(F::log_softmax(x, 1), F::softmax(y, 1),
                     F::KLDivFuncOptions().reduction(torch::kBatchMean))
        << '\n';
    out << F::hinge_embedding_loss(x, y.sign())
        << F::margin_ranking_loss(x, y, y.sign(), F::MarginRankingLossFuncOptions().margin(0.1))
        << F::cosine_embedding_loss(x, y, torch::tensor({1, -1, 1}))
        << F::triplet_margin_loss(x, y, x * 0.5) << F::soft_margin_loss(x, y.sign())
        << F::multi_margin_loss(x, classes) << F::poisson_nll_loss(x, y.abs()) << '\n';
    out << torch::nn::MSELoss()(x, y)
        << torch::nn::CrossEntropyLoss(torch::nn::CrossEntropyLossOptions().reduction(torch::kSum))(
               x, classes)
        << torch::nn::BCELoss()(torch::sigmoid(x), torch::sigmoid(y))
        << torch::nn::NLLLoss()->forward(torch::log_softmax(x, 1), classes)
        << torch::nn::SmoothL1Loss(torch::nn::SmoothL1LossOptions().beta(0.5))(x, y) << '\n';
    out << torch::mse_loss(x, y) << torch::l1_loss(x, y) << torch::nll_loss(x, classes)
        << torch::binary_cross_entropy(x.sigmoid(), y.sigmoid())
        << torch::cross_entropy_loss(x, classes)
        << torch::kl_div(x.log_softmax(1), y.softmax(1), torch::Reduction::Sum) << '\n';
}

}  // namespace programs
