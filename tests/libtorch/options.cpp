// Every options class of LibTorch 2.15 for modules other than losses, with every setter.
#include <boost/test/unit_test.hpp>

#include <tuple>
#include <type_traits>
#include <utility>

#include "lithe/torch.h"

namespace {

namespace nn = torch::nn;

/// Whether a chain of setters works on each of some classes: each gives back the class itself.
template <class... Options>
constexpr bool have(auto chain) {
    return (std::is_same_v<decltype(chain(std::declval<Options&>())), Options&> && ...);
}

static_assert(have<nn::ELUOptions, nn::CELUOptions>([](auto& o) -> auto& {
    return o.alpha(o.alpha()).inplace(o.inplace());
}));
static_assert(have<nn::SELUOptions, nn::ReLUOptions, nn::ReLU6Options>([](auto& o) -> auto& {
    return o.inplace(o.inplace());
}));
static_assert(have<nn::GLUOptions, nn::SoftmaxOptions, nn::SoftminOptions, nn::LogSoftmaxOptions>(
    [](auto& o) -> auto& { return o.dim(o.dim()); }));
static_assert(have<nn::GELUOptions>([](auto& o) -> auto& {
    return o.approximate(o.approximate());
}));
static_assert(have<nn::HardshrinkOptions, nn::SoftshrinkOptions>([](auto& o) -> auto& {
    return o.lambda(o.lambda());
}));
static_assert(have<nn::HardtanhOptions>([](auto& o) -> auto& {
    return o.min_val(o.min_val()).max_val(o.max_val()).inplace(o.inplace());
}));
static_assert(have<nn::LeakyReLUOptions>([](auto& o) -> auto& {
    return o.negative_slope(o.negative_slope()).inplace(o.inplace());
}));
static_assert(have<nn::PReLUOptions>([](auto& o) -> auto& {
    return o.num_parameters(o.num_parameters()).init(o.init());
}));
static_assert(have<nn::RReLUOptions>([](auto& o) -> auto& {
    return o.lower(o.lower()).upper(o.upper()).inplace(o.inplace());
}));
static_assert(have<nn::SoftplusOptions>([](auto& o) -> auto& {
    return o.beta(o.beta()).threshold(o.threshold());
}));
static_assert(have<nn::ThresholdOptions>([](auto& o) -> auto& {
    return o.threshold(o.threshold()).value(o.value()).inplace(o.inplace());
}));
static_assert(have<nn::MultiheadAttentionOptions>([](auto& o) -> auto& {
    return o.embed_dim(o.embed_dim())
        .num_heads(o.num_heads())
        .dropout(o.dropout())
        .bias(o.bias())
        .add_bias_kv(o.add_bias_kv())
        .add_zero_attn(o.add_zero_attn())
        .kdim(o.kdim())
        .vdim(o.vdim());
}));
static_assert(have<nn::BatchNormOptions, nn::BatchNorm1dOptions, nn::BatchNorm2dOptions,
                   nn::BatchNorm3dOptions, nn::InstanceNormOptions, nn::InstanceNorm1dOptions,
                   nn::InstanceNorm2dOptions, nn::InstanceNorm3dOptions>([](auto& o) -> auto& {
    return o.num_features(o.num_features())
        .eps(o.eps())
        .momentum(o.momentum())
        .affine(o.affine())
        .track_running_stats(o.track_running_stats());
}));
static_assert(have<nn::ConvOptions<2>, nn::Conv1dOptions, nn::Conv2dOptions, nn::Conv3dOptions>(
    [](auto& o) -> auto& {
        return o.in_channels(o.in_channels())
            .out_channels(o.out_channels())
            .kernel_size(o.kernel_size())
            .stride(o.stride())
            .padding(o.padding())
            .dilation(o.dilation())
            .groups(o.groups())
            .bias(o.bias())
            .padding_mode(o.padding_mode());
    }));
static_assert(have<nn::ConvTransposeOptions<2>, nn::ConvTranspose1dOptions,
                   nn::ConvTranspose2dOptions, nn::ConvTranspose3dOptions>([](auto& o) -> auto& {
    return o.in_channels(o.in_channels())
        .out_channels(o.out_channels())
        .kernel_size(o.kernel_size())
        .stride(o.stride())
        .padding(o.padding())
        .output_padding(o.output_padding())
        .groups(o.groups())
        .bias(o.bias())
        .dilation(o.dilation())
        .padding_mode(o.padding_mode());
}));
static_assert(have<nn::CosineSimilarityOptions>([](auto& o) -> auto& {
    return o.dim(o.dim()).eps(o.eps());
}));
static_assert(have<nn::PairwiseDistanceOptions>([](auto& o) -> auto& {
    return o.p(o.p()).eps(o.eps()).keepdim(o.keepdim());
}));
static_assert(have<nn::DropoutOptions, nn::Dropout2dOptions, nn::Dropout3dOptions,
                   nn::AlphaDropoutOptions, nn::FeatureAlphaDropoutOptions>([](auto& o) -> auto& {
    return o.p(o.p()).inplace(o.inplace());
}));
static_assert(have<nn::EmbeddingOptions>([](auto& o) -> auto& {
    return o.num_embeddings(o.num_embeddings())
        .embedding_dim(o.embedding_dim())
        .padding_idx(o.padding_idx())
        .max_norm(o.max_norm())
        .norm_type(o.norm_type())
        .scale_grad_by_freq(o.scale_grad_by_freq())
        .sparse(o.sparse())
        ._weight(o._weight());
}));
static_assert(have<nn::EmbeddingFromPretrainedOptions>([](auto& o) -> auto& {
    return o.freeze(o.freeze())
        .padding_idx(o.padding_idx())
        .max_norm(o.max_norm())
        .norm_type(o.norm_type())
        .scale_grad_by_freq(o.scale_grad_by_freq())
        .sparse(o.sparse());
}));
static_assert(have<nn::EmbeddingBagOptions>([](auto& o) -> auto& {
    return o.num_embeddings(o.num_embeddings())
        .embedding_dim(o.embedding_dim())
        .max_norm(o.max_norm())
        .norm_type(o.norm_type())
        .scale_grad_by_freq(o.scale_grad_by_freq())
        .mode(o.mode())
        .sparse(o.sparse())
        ._weight(o._weight())
        .include_last_offset(o.include_last_offset())
        .padding_idx(o.padding_idx());
}));
static_assert(have<nn::EmbeddingBagFromPretrainedOptions>([](auto& o) -> auto& {
    return o.freeze(o.freeze())
        .max_norm(o.max_norm())
        .norm_type(o.norm_type())
        .scale_grad_by_freq(o.scale_grad_by_freq())
        .mode(o.mode())
        .sparse(o.sparse())
        .include_last_offset(o.include_last_offset())
        .padding_idx(o.padding_idx());
}));
static_assert(have<nn::FoldOptions>([](auto& o) -> auto& {
    return o.output_size(o.output_size())
        .kernel_size(o.kernel_size())
        .dilation(o.dilation())
        .padding(o.padding())
        .stride(o.stride());
}));
static_assert(have<nn::UnfoldOptions>([](auto& o) -> auto& {
    return o.kernel_size(o.kernel_size())
        .dilation(o.dilation())
        .padding(o.padding())
        .stride(o.stride());
}));
static_assert(have<nn::LinearOptions>([](auto& o) -> auto& {
    return o.in_features(o.in_features()).out_features(o.out_features()).bias(o.bias());
}));
static_assert(have<nn::FlattenOptions>([](auto& o) -> auto& {
    return o.start_dim(o.start_dim()).end_dim(o.end_dim());
}));
static_assert(have<nn::UnflattenOptions>([](auto& o) -> auto& {
    return o.dim(o.dim()).sizes(o.sizes());
}));
static_assert(have<nn::BilinearOptions>([](auto& o) -> auto& {
    return o.in1_features(o.in1_features())
        .in2_features(o.in2_features())
        .out_features(o.out_features())
        .bias(o.bias());
}));
static_assert(have<nn::LayerNormOptions>([](auto& o) -> auto& {
    return o.normalized_shape(o.normalized_shape())
        .eps(o.eps())
        .elementwise_affine(o.elementwise_affine());
}));
static_assert(have<nn::LocalResponseNormOptions, nn::CrossMapLRN2dOptions>([](auto& o) -> auto& {
    return o.size(o.size()).alpha(o.alpha()).beta(o.beta()).k(o.k());
}));
static_assert(have<nn::GroupNormOptions>([](auto& o) -> auto& {
    return o.num_groups(o.num_groups())
        .num_channels(o.num_channels())
        .eps(o.eps())
        .affine(o.affine());
}));
static_assert(
    have<nn::ReflectionPadOptions<2>, nn::ReflectionPad1dOptions, nn::ReflectionPad2dOptions,
         nn::ReflectionPad3dOptions, nn::ReplicationPadOptions<2>, nn::ReplicationPad1dOptions,
         nn::ReplicationPad2dOptions, nn::ReplicationPad3dOptions, nn::ZeroPadOptions<2>,
         nn::ZeroPad1dOptions, nn::ZeroPad2dOptions, nn::ZeroPad3dOptions>([](auto& o) -> auto& {
        return o.padding(o.padding());
    }));
static_assert(have<nn::ConstantPadOptions<2>, nn::ConstantPad1dOptions, nn::ConstantPad2dOptions,
                   nn::ConstantPad3dOptions>([](auto& o) -> auto& {
    return o.padding(o.padding()).value(o.value());
}));
static_assert(have<nn::PixelShuffleOptions>([](auto& o) -> auto& {
    return o.upscale_factor(o.upscale_factor());
}));
static_assert(have<nn::PixelUnshuffleOptions>([](auto& o) -> auto& {
    return o.downscale_factor(o.downscale_factor());
}));
static_assert(have<nn::AvgPoolOptions<2>, nn::AvgPool1dOptions, nn::AvgPool2dOptions,
                   nn::AvgPool3dOptions>([](auto& o) -> auto& {
    return o.kernel_size(o.kernel_size())
        .stride(o.stride())
        .padding(o.padding())
        .ceil_mode(o.ceil_mode())
        .count_include_pad(o.count_include_pad())
        .divisor_override(o.divisor_override());
}));
static_assert(have<nn::MaxPoolOptions<2>, nn::MaxPool1dOptions, nn::MaxPool2dOptions,
                   nn::MaxPool3dOptions>([](auto& o) -> auto& {
    return o.kernel_size(o.kernel_size())
        .stride(o.stride())
        .padding(o.padding())
        .dilation(o.dilation())
        .ceil_mode(o.ceil_mode());
}));
static_assert(
    have<nn::AdaptiveMaxPool1dOptions, nn::AdaptiveMaxPool2dOptions, nn::AdaptiveMaxPool3dOptions,
         nn::AdaptiveAvgPool1dOptions, nn::AdaptiveAvgPool2dOptions, nn::AdaptiveAvgPool3dOptions>(
        [](auto& o) -> auto& { return o.output_size(o.output_size()); }));
static_assert(have<nn::MaxUnpoolOptions<2>, nn::MaxUnpool1dOptions, nn::MaxUnpool2dOptions,
                   nn::MaxUnpool3dOptions>([](auto& o) -> auto& {
    return o.kernel_size(o.kernel_size()).stride(o.stride()).padding(o.padding());
}));
static_assert(have<nn::FractionalMaxPoolOptions<2>, nn::FractionalMaxPool2dOptions,
                   nn::FractionalMaxPool3dOptions>([](auto& o) -> auto& {
    return o.kernel_size(o.kernel_size())
        .output_size(o.output_size())
        .output_ratio(o.output_ratio())
        ._random_samples(o._random_samples());
}));
static_assert(have<nn::LPPoolOptions<2>, nn::LPPool1dOptions, nn::LPPool2dOptions,
                   nn::LPPool3dOptions>([](auto& o) -> auto& {
    return o.norm_type(o.norm_type())
        .kernel_size(o.kernel_size())
        .stride(o.stride())
        .ceil_mode(o.ceil_mode());
}));
static_assert(have<nn::RNNOptions>([](auto& o) -> auto& {
    return o.input_size(o.input_size())
        .hidden_size(o.hidden_size())
        .num_layers(o.num_layers())
        .nonlinearity(o.nonlinearity())
        .bias(o.bias())
        .batch_first(o.batch_first())
        .dropout(o.dropout())
        .bidirectional(o.bidirectional());
}));
static_assert(have<nn::LSTMOptions>([](auto& o) -> auto& {
    return o.input_size(o.input_size())
        .hidden_size(o.hidden_size())
        .num_layers(o.num_layers())
        .bias(o.bias())
        .batch_first(o.batch_first())
        .dropout(o.dropout())
        .bidirectional(o.bidirectional())
        .proj_size(o.proj_size());
}));
static_assert(have<nn::GRUOptions>([](auto& o) -> auto& {
    return o.input_size(o.input_size())
        .hidden_size(o.hidden_size())
        .num_layers(o.num_layers())
        .bias(o.bias())
        .batch_first(o.batch_first())
        .dropout(o.dropout())
        .bidirectional(o.bidirectional());
}));
static_assert(have<nn::RNNCellOptions>([](auto& o) -> auto& {
    return o.input_size(o.input_size())
        .hidden_size(o.hidden_size())
        .bias(o.bias())
        .nonlinearity(o.nonlinearity());
}));
static_assert(have<nn::LSTMCellOptions, nn::GRUCellOptions>([](auto& o) -> auto& {
    return o.input_size(o.input_size()).hidden_size(o.hidden_size()).bias(o.bias());
}));
static_assert(have<nn::TransformerOptions>([](auto& o) -> auto& {
    return o.d_model(o.d_model())
        .nhead(o.nhead())
        .num_encoder_layers(o.num_encoder_layers())
        .num_decoder_layers(o.num_decoder_layers())
        .dim_feedforward(o.dim_feedforward())
        .dropout(o.dropout())
        .activation(o.activation())
        .custom_encoder(o.custom_encoder())
        .custom_decoder(o.custom_decoder());
}));
static_assert(have<nn::TransformerEncoderOptions>([](auto& o) -> auto& {
    return o.encoder_layer(o.encoder_layer()).num_layers(o.num_layers()).norm(o.norm());
}));
static_assert(have<nn::TransformerDecoderOptions>([](auto& o) -> auto& {
    return o.decoder_layer(o.decoder_layer()).num_layers(o.num_layers()).norm(o.norm());
}));
static_assert(have<nn::TransformerEncoderLayerOptions, nn::TransformerDecoderLayerOptions>(
    [](auto& o) -> auto& {
        return o.d_model(o.d_model())
            .nhead(o.nhead())
            .dim_feedforward(o.dim_feedforward())
            .dropout(o.dropout())
            .activation(o.activation());
    }));
static_assert(have<nn::UpsampleOptions>([](auto& o) -> auto& {
    return o.size(o.size())
        .scale_factor(o.scale_factor())
        .mode(o.mode())
        .align_corners(o.align_corners());
}));

}  // namespace

BOOST_AUTO_TEST_SUITE(libtorch_options)

BOOST_AUTO_TEST_CASE(setters_keep_what_they_are_given) {
    const auto conv = torch::nn::Conv2dOptions(3, 8, 5).stride({2, 1}).padding(2).bias(false);
    BOOST_CHECK_EQUAL(conv.in_channels(), 3);
    BOOST_CHECK_EQUAL((*conv.stride())[1], 1);
    BOOST_CHECK(!conv.bias());
    const auto transformer =
        torch::nn::TransformerOptions(16, 4).dropout(0.2).num_encoder_layers(2).dim_feedforward(8);
    BOOST_CHECK_EQUAL(transformer.dropout(), 0.2);
    BOOST_CHECK_EQUAL(transformer.num_encoder_layers(), 2);
}

BOOST_AUTO_TEST_CASE(rows_that_are_given_are_taken) {
    const auto rows = torch::tensor({{1.0f, 2.0f}, {3.0f, 4.0f}, {5.0f, 6.0f}});
    const auto frozen = torch::nn::Embedding::from_pretrained(rows);
    BOOST_CHECK(!frozen->weight.requires_grad());
    const auto trained = torch::nn::Embedding::from_pretrained(
        rows, torch::nn::EmbeddingFromPretrainedOptions().freeze(false).padding_idx(1));
    BOOST_CHECK(trained->weight.requires_grad());
    BOOST_CHECK_EQUAL(*trained->options.padding_idx(), 1);
    const auto bag = torch::nn::EmbeddingBag::from_pretrained(
        rows, torch::nn::EmbeddingBagFromPretrainedOptions().mode(torch::kSum));
    const auto sums = bag->forward(torch::tensor({{0, 2}}));
    BOOST_CHECK(torch::equal(sums, torch::tensor({{6.0f, 8.0f}})));
}

BOOST_AUTO_TEST_SUITE_END()
