// Every options class of LibTorch 2.15 for torch::nn::functional, with every setter.
#include <boost/test/unit_test.hpp>

#include <tuple>
#include <type_traits>
#include <utility>

#include "lithe/torch.h"

namespace {

namespace F = torch::nn::functional;

/// Whether a chain of setters works on each of some classes: each gives back the class itself.
template <class... Options>
constexpr bool have(auto chain) {
    return (std::is_same_v<decltype(chain(std::declval<Options&>())), Options&> && ...);
}

static_assert(have<F::ELUFuncOptions, F::CELUFuncOptions>([](auto& o) -> auto& {
    return o.alpha(o.alpha()).inplace(o.inplace());
}));
static_assert(have<F::SELUFuncOptions, F::ReLUFuncOptions, F::ReLU6FuncOptions>(
    [](auto& o) -> auto& { return o.inplace(o.inplace()); }));
static_assert(have<F::GLUFuncOptions>([](auto& o) -> auto& { return o.dim(o.dim()); }));
static_assert(have<F::GELUFuncOptions>([](auto& o) -> auto& {
    return o.approximate(o.approximate());
}));
static_assert(have<F::HardshrinkFuncOptions, F::SoftshrinkFuncOptions>([](auto& o) -> auto& {
    return o.lambda(o.lambda());
}));
static_assert(have<F::HardtanhFuncOptions>([](auto& o) -> auto& {
    return o.min_val(o.min_val()).max_val(o.max_val()).inplace(o.inplace());
}));
static_assert(have<F::LeakyReLUFuncOptions>([](auto& o) -> auto& {
    return o.negative_slope(o.negative_slope()).inplace(o.inplace());
}));
static_assert(have<F::SoftmaxFuncOptions, F::SoftminFuncOptions, F::LogSoftmaxFuncOptions>(
    [](auto& o) -> auto& { return o.dim(o.dim()).dtype(o.dtype()); }));
static_assert(have<F::RReLUFuncOptions>([](auto& o) -> auto& {
    return o.lower(o.lower()).upper(o.upper()).training(o.training()).inplace(o.inplace());
}));
static_assert(have<F::SoftplusFuncOptions>([](auto& o) -> auto& {
    return o.beta(o.beta()).threshold(o.threshold());
}));
static_assert(have<F::ThresholdFuncOptions>([](auto& o) -> auto& {
    return o.threshold(o.threshold()).value(o.value()).inplace(o.inplace());
}));
static_assert(have<F::GumbelSoftmaxFuncOptions>([](auto& o) -> auto& {
    return o.tau(o.tau()).hard(o.hard()).dim(o.dim());
}));
static_assert(have<F::MultiheadAttentionForwardFuncOptions>([](auto& o) -> auto& {
    return o.embed_dim_to_check(o.embed_dim_to_check())
        .num_heads(o.num_heads())
        .in_proj_weight(o.in_proj_weight())
        .in_proj_bias(o.in_proj_bias())
        .bias_k(o.bias_k())
        .bias_v(o.bias_v())
        .add_zero_attn(o.add_zero_attn())
        .dropout_p(o.dropout_p())
        .out_proj_weight(o.out_proj_weight())
        .out_proj_bias(o.out_proj_bias())
        .training(o.training())
        .key_padding_mask(o.key_padding_mask())
        .need_weights(o.need_weights())
        .attn_mask(o.attn_mask())
        .use_separate_proj_weight(o.use_separate_proj_weight())
        .q_proj_weight(o.q_proj_weight())
        .k_proj_weight(o.k_proj_weight())
        .v_proj_weight(o.v_proj_weight())
        .static_k(o.static_k())
        .static_v(o.static_v())
        .average_attn_weights(o.average_attn_weights());
}));
static_assert(have<F::BatchNormFuncOptions>([](auto& o) -> auto& {
    return o.weight(o.weight())
        .bias(o.bias())
        .training(o.training())
        .momentum(o.momentum())
        .eps(o.eps());
}));
static_assert(have<F::ConvFuncOptions<2>, F::Conv1dFuncOptions, F::Conv2dFuncOptions,
                   F::Conv3dFuncOptions>([](auto& o) -> auto& {
    return o.bias(o.bias())
        .stride(o.stride())
        .padding(o.padding())
        .dilation(o.dilation())
        .groups(o.groups());
}));
static_assert(
    have<F::ConvTransposeFuncOptions<2>, F::ConvTranspose1dFuncOptions,
         F::ConvTranspose2dFuncOptions, F::ConvTranspose3dFuncOptions>([](auto& o) -> auto& {
        return o.bias(o.bias())
            .stride(o.stride())
            .padding(o.padding())
            .output_padding(o.output_padding())
            .groups(o.groups())
            .dilation(o.dilation());
    }));
static_assert(have<F::CosineSimilarityFuncOptions>([](auto& o) -> auto& {
    return o.dim(o.dim()).eps(o.eps());
}));
static_assert(have<F::PairwiseDistanceFuncOptions>([](auto& o) -> auto& {
    return o.p(o.p()).eps(o.eps()).keepdim(o.keepdim());
}));
static_assert(have<F::DropoutFuncOptions, F::Dropout2dFuncOptions, F::Dropout3dFuncOptions,
                   F::AlphaDropoutFuncOptions, F::FeatureAlphaDropoutFuncOptions>(
    [](auto& o) -> auto& { return o.p(o.p()).training(o.training()).inplace(o.inplace()); }));
static_assert(have<F::EmbeddingFuncOptions>([](auto& o) -> auto& {
    return o.padding_idx(o.padding_idx())
        .max_norm(o.max_norm())
        .norm_type(o.norm_type())
        .scale_grad_by_freq(o.scale_grad_by_freq())
        .sparse(o.sparse());
}));
static_assert(have<F::EmbeddingBagFuncOptions>([](auto& o) -> auto& {
    return o.offsets(o.offsets())
        .max_norm(o.max_norm())
        .norm_type(o.norm_type())
        .scale_grad_by_freq(o.scale_grad_by_freq())
        .mode(o.mode())
        .sparse(o.sparse())
        .per_sample_weights(o.per_sample_weights())
        .include_last_offset(o.include_last_offset())
        .padding_idx(o.padding_idx());
}));
static_assert(have<F::FoldFuncOptions>([](auto& o) -> auto& {
    return o.output_size(o.output_size())
        .kernel_size(o.kernel_size())
        .dilation(o.dilation())
        .padding(o.padding())
        .stride(o.stride());
}));
static_assert(have<F::UnfoldFuncOptions>([](auto& o) -> auto& {
    return o.kernel_size(o.kernel_size())
        .dilation(o.dilation())
        .padding(o.padding())
        .stride(o.stride());
}));
static_assert(have<F::InstanceNormFuncOptions>([](auto& o) -> auto& {
    return o.running_mean(o.running_mean())
        .running_var(o.running_var())
        .weight(o.weight())
        .bias(o.bias())
        .use_input_stats(o.use_input_stats())
        .momentum(o.momentum())
        .eps(o.eps());
}));
static_assert(have<F::L1LossFuncOptions, F::MSELossFuncOptions, F::MultilabelMarginLossFuncOptions,
                   F::SoftMarginLossFuncOptions>([](auto& o) -> auto& {
    return o.reduction(o.reduction());
}));
static_assert(have<F::KLDivFuncOptions>([](auto& o) -> auto& {
    return o.reduction(o.reduction()).log_target(o.log_target());
}));
static_assert(have<F::BinaryCrossEntropyFuncOptions, F::MultilabelSoftMarginLossFuncOptions>(
    [](auto& o) -> auto& { return o.weight(o.weight()).reduction(o.reduction()); }));
static_assert(have<F::HingeEmbeddingLossFuncOptions, F::CosineEmbeddingLossFuncOptions,
                   F::MarginRankingLossFuncOptions>([](auto& o) -> auto& {
    return o.margin(o.margin()).reduction(o.reduction());
}));
static_assert(have<F::MultiMarginLossFuncOptions>([](auto& o) -> auto& {
    return o.p(o.p()).margin(o.margin()).weight(o.weight()).reduction(o.reduction());
}));
static_assert(have<F::TripletMarginLossFuncOptions>([](auto& o) -> auto& {
    return o.margin(o.margin()).p(o.p()).eps(o.eps()).swap(o.swap()).reduction(o.reduction());
}));
static_assert(have<F::TripletMarginWithDistanceLossFuncOptions>([](auto& o) -> auto& {
    return o.distance_function(o.distance_function())
        .margin(o.margin())
        .swap(o.swap())
        .reduction(o.reduction());
}));
static_assert(have<F::CTCLossFuncOptions>([](auto& o) -> auto& {
    return o.blank(o.blank()).reduction(o.reduction()).zero_infinity(o.zero_infinity());
}));
static_assert(have<F::SmoothL1LossFuncOptions>([](auto& o) -> auto& {
    return o.reduction(o.reduction()).beta(o.beta());
}));
static_assert(have<F::HuberLossFuncOptions>([](auto& o) -> auto& {
    return o.reduction(o.reduction()).delta(o.delta());
}));
static_assert(have<F::PoissonNLLLossFuncOptions>([](auto& o) -> auto& {
    return o.log_input(o.log_input()).full(o.full()).eps(o.eps()).reduction(o.reduction());
}));
static_assert(have<F::NLLLossFuncOptions>([](auto& o) -> auto& {
    return o.weight(o.weight()).ignore_index(o.ignore_index()).reduction(o.reduction());
}));
static_assert(have<F::CrossEntropyFuncOptions>([](auto& o) -> auto& {
    return o.weight(o.weight())
        .ignore_index(o.ignore_index())
        .reduction(o.reduction())
        .label_smoothing(o.label_smoothing());
}));
static_assert(have<F::BinaryCrossEntropyWithLogitsFuncOptions>([](auto& o) -> auto& {
    return o.weight(o.weight()).reduction(o.reduction()).pos_weight(o.pos_weight());
}));
static_assert(have<F::LayerNormFuncOptions>([](auto& o) -> auto& {
    return o.normalized_shape(o.normalized_shape()).weight(o.weight()).bias(o.bias()).eps(o.eps());
}));
static_assert(have<F::LocalResponseNormFuncOptions>([](auto& o) -> auto& {
    return o.size(o.size()).alpha(o.alpha()).beta(o.beta()).k(o.k());
}));
static_assert(have<F::NormalizeFuncOptions>([](auto& o) -> auto& {
    return o.p(o.p()).dim(o.dim()).eps(o.eps()).out(o.out());
}));
static_assert(have<F::GroupNormFuncOptions>([](auto& o) -> auto& {
    return o.num_groups(o.num_groups()).weight(o.weight()).bias(o.bias()).eps(o.eps());
}));
static_assert(have<F::PadFuncOptions>([](auto& o) -> auto& {
    return o.pad(o.pad()).mode(o.mode()).value(o.value());
}));
static_assert(have<F::PixelShuffleFuncOptions>([](auto& o) -> auto& {
    return o.upscale_factor(o.upscale_factor());
}));
static_assert(have<F::PixelUnshuffleFuncOptions>([](auto& o) -> auto& {
    return o.downscale_factor(o.downscale_factor());
}));
static_assert(have<F::AvgPool1dFuncOptions, F::AvgPool2dFuncOptions, F::AvgPool3dFuncOptions>(
    [](auto& o) -> auto& {
        return o.kernel_size(o.kernel_size())
            .stride(o.stride())
            .padding(o.padding())
            .ceil_mode(o.ceil_mode())
            .count_include_pad(o.count_include_pad())
            .divisor_override(o.divisor_override());
    }));
static_assert(have<F::MaxPool1dFuncOptions, F::MaxPool2dFuncOptions, F::MaxPool3dFuncOptions>(
    [](auto& o) -> auto& {
        return o.kernel_size(o.kernel_size())
            .stride(o.stride())
            .padding(o.padding())
            .dilation(o.dilation())
            .ceil_mode(o.ceil_mode());
    }));
static_assert(have<F::AdaptiveMaxPool1dFuncOptions, F::AdaptiveMaxPool2dFuncOptions,
                   F::AdaptiveMaxPool3dFuncOptions, F::AdaptiveAvgPool1dFuncOptions,
                   F::AdaptiveAvgPool2dFuncOptions, F::AdaptiveAvgPool3dFuncOptions>(
    [](auto& o) -> auto& { return o.output_size(o.output_size()); }));
static_assert(have<F::MaxUnpoolFuncOptions<2>, F::MaxUnpool1dFuncOptions, F::MaxUnpool2dFuncOptions,
                   F::MaxUnpool3dFuncOptions>([](auto& o) -> auto& {
    return o.kernel_size(o.kernel_size())
        .stride(o.stride())
        .padding(o.padding())
        .output_size(o.output_size());
}));
static_assert(have<F::FractionalMaxPool2dFuncOptions, F::FractionalMaxPool3dFuncOptions>(
    [](auto& o) -> auto& {
        return o.kernel_size(o.kernel_size())
            .output_size(o.output_size())
            .output_ratio(o.output_ratio())
            ._random_samples(o._random_samples());
    }));
static_assert(have<F::LPPool1dFuncOptions, F::LPPool2dFuncOptions, F::LPPool3dFuncOptions>(
    [](auto& o) -> auto& {
        return o.norm_type(o.norm_type())
            .kernel_size(o.kernel_size())
            .stride(o.stride())
            .ceil_mode(o.ceil_mode());
    }));
static_assert(have<F::InterpolateFuncOptions>([](auto& o) -> auto& {
    return o.size(o.size())
        .scale_factor(o.scale_factor())
        .mode(o.mode())
        .align_corners(o.align_corners())
        .recompute_scale_factor(o.recompute_scale_factor())
        .antialias(o.antialias());
}));
static_assert(have<F::GridSampleFuncOptions>([](auto& o) -> auto& {
    return o.mode(o.mode()).padding_mode(o.padding_mode()).align_corners(o.align_corners());
}));

}  // namespace

BOOST_AUTO_TEST_SUITE(libtorch_functional_options)

BOOST_AUTO_TEST_CASE(normalize_writes_into_out) {
    const auto x = torch::tensor({{3.0f, 4.0f}});
    auto out = torch::empty({1});
    const auto y = F::normalize(x, F::NormalizeFuncOptions().p(2).dim(1).out(out));
    BOOST_CHECK(torch::equal(out, y));
    BOOST_CHECK(torch::allclose(out, torch::tensor({{0.6f, 0.8f}})));
}

BOOST_AUTO_TEST_CASE(pad_takes_sizes_as_they_are) {
    const auto x = torch::ones({2, 3});
    const auto y = F::pad(x, F::PadFuncOptions({x.size(0) - 1, 5 - x.size(1)}).value(7));
    BOOST_CHECK(torch::equal(y[0], torch::tensor({7.0f, 1.0f, 1.0f, 1.0f, 7.0f, 7.0f})));
}

BOOST_AUTO_TEST_CASE(second_names_do_what_the_first_do) {
    const auto x = torch::tensor({{0.1f, -0.4f}, {0.9f, 0.3f}});
    BOOST_CHECK(torch::equal(torch::arctan2(x, x + 1), torch::atan2(x, x + 1)));
    BOOST_CHECK(torch::equal(torch::arcsin(x), torch::asin(x)));
    BOOST_CHECK(torch::equal(torch::ger(x[0], x[1]), torch::outer(x[0], x[1])));
    BOOST_CHECK(torch::equal(torch::concatenate({x, x}, 1), torch::cat({x, x}, 1)));
    BOOST_CHECK(torch::equal(torch::split_with_sizes(x, {1, 1}, 1)[1], x.slice(1, 1)));
    const auto image = x.view({1, 1, 2, 2});
    const auto options = F::InterpolateFuncOptions().size(std::vector<int64_t>{3, 5});
    BOOST_CHECK(torch::equal(
        torch::upsample_bilinear2d(image, {3, 5}, true),
        F::interpolate(
            image, F::InterpolateFuncOptions(options).mode(torch::kBilinear).align_corners(true))));
    BOOST_CHECK(
        torch::equal(torch::upsample_nearest2d(image, {3, 5}), F::interpolate(image, options)));
    const auto skip = torch::zeros({1, 1, 3, 5});
    for (const auto& other : {F::InterpolateFuncOptions().size(skip.sizes().slice(2)),
                              F::InterpolateFuncOptions().size({{skip.size(2), skip.size(3)}})}) {
        BOOST_CHECK(torch::equal(F::interpolate(image, other), F::interpolate(image, options)));
    }
    BOOST_CHECK(torch::equal(torch::reflection_pad2d(image, {1, 1, 1, 0}),
                             F::pad(image, F::PadFuncOptions({1, 1, 1, 0}).mode(torch::kReflect))));
}

BOOST_AUTO_TEST_SUITE_END()
