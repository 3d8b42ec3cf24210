#include "dsl/layers/attention.h"

#include "dsl/layers/transformer.h"
#include "dsl/random.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

Tensor as(const Sizes& sizes, int stream = 0) { return numbers(sizes, DType::f32, 1.5, stream); }

/// True above the diagonal: what a causal model must not see.
Tensor later(int64_t size) { return triu(ones({size, size}), 1) > 0; }

}  // namespace

BOOST_AUTO_TEST_SUITE(attention)

BOOST_AUTO_TEST_CASE(equals_scaled_dot_products_of_the_projections) {
    nn::MultiheadAttention attention(nn::MultiheadAttentionOptions(6, 2).batch_first(true));
    const Tensor q = as({2, 3, 6}), k = as({2, 4, 6}, 1), v = as({2, 4, 6}, 2);
    const auto [y, weights] = attention(q, k, v);
    const auto part = [&](const Tensor& x, int64_t i) {
        const Tensor p = linear(x, narrow(attention->in_proj_weight, 0, 6 * i, 6),
                                narrow(attention->in_proj_bias, 0, 6 * i, 6));
        return transpose(reshape(p, {Dim(2), p.size(1), Dim(2), Dim(3)}), 1, 2);
    };
    const Tensor mixed = scaled_dot_product_attention(part(q, 0), part(k, 1), part(v, 2));
    const Tensor want = attention->out_proj(reshape(transpose(mixed, 1, 2), {2, 3, 6}));
    check_equal(y.detach(), want.detach(), 1e-5);
    BOOST_CHECK_EQUAL(weights.type().str(), "f32[2, 3, 4]");
    check_equal(sum(weights, -1).detach(), ones({2, 3}), 1e-6);
}

BOOST_AUTO_TEST_CASE(masks_hide_keys) {
    nn::MultiheadAttention attention(4, 2);
    const Tensor x = as({3, 2, 4});
    const Tensor causal = later(3);
    const Tensor floating = nn::TransformerImpl::generate_square_subsequent_mask(3);
    const auto [y, weights] = attention->forward(x, x, x, {}, true, causal);
    check_equal(std::get<0>(attention->forward(x, x, x, {}, true, floating)).detach(), y.detach());
    check_equal(triu(weights, 1).detach(), zeros({2, 3, 3}));
    // A padded key counts like one that is not there.
    const Tensor padding = tensor({{false, false, true}, {false, false, true}});
    const Tensor shorter = narrow(x, 0, 0, 2);
    check_equal(std::get<0>(attention->forward(x, x, x, padding)).detach(),
                std::get<0>(attention->forward(x, shorter, shorter)).detach(), 1e-5);
}

BOOST_AUTO_TEST_CASE(options_add_keys_and_sizes) {
    nn::MultiheadAttention attention(
        nn::MultiheadAttentionOptions(4, 2).kdim(3).vdim(5).add_bias_kv(true).add_zero_attn(true));
    const auto [y, weights] =
        attention->forward(as({2, 4}), as({3, 3}), as({3, 5}), {}, true, Tensor(), false);
    BOOST_CHECK_EQUAL(y.type().str(), "f32[2, 4]");
    BOOST_CHECK_EQUAL(weights.type().str(), "f32[2, 2, 5]");
    std::string keys;
    for (const std::string& key : attention->state_dict().keys()) keys += key + " ";
    BOOST_CHECK_EQUAL(keys,
                      "q_proj_weight k_proj_weight v_proj_weight in_proj_bias bias_k bias_v "
                      "out_proj.weight out_proj.bias ");
    check_error("attention.num_heads", [] { nn::MultiheadAttention(5, 2); });
    check_error("attention.rank", [&] { attention->forward(as({2, 4}), as({3, 3, 3}), as({3})); });
}

BOOST_AUTO_TEST_CASE(a_causal_encoder_does_not_see_what_comes_later) {
    for (const bool norm_first : {false, true}) {
        nn::TransformerEncoder encoder(
            nn::TransformerEncoderLayer(nn::TransformerEncoderLayerOptions(4, 2)
                                            .dim_feedforward(8)
                                            .dropout(0)
                                            .activation(kGELU)
                                            .batch_first(true)
                                            .norm_first(norm_first)),
            2);
        const Tensor x = as({1, 3, 4});
        const Tensor changed = cat({narrow(x, 1, 0, 2), as({1, 1, 4}, 5)}, 1);
        const Tensor a = encoder->forward(x, later(3)), b = encoder->forward(changed, later(3));
        check_equal(narrow(a, 1, 0, 2).detach(), narrow(b, 1, 0, 2).detach());
        BOOST_CHECK(!equal(narrow(a, 1, 2, 1), narrow(b, 1, 2, 1)));
        BOOST_CHECK_EQUAL(encoder->parameters().size(), 24U);  // copies, not the same layer twice
    }
}

BOOST_AUTO_TEST_CASE(stacks_are_made_of_options) {
    nn::TransformerEncoderLayer layer(nn::TransformerEncoderLayerOptions(4, 2).dim_feedforward(8));
    nn::TransformerEncoder encoder(nn::TransformerEncoderOptions(layer, 2).norm(
        nn::AnyModule(nn::LayerNorm(nn::LayerNormOptions({4})))));
    encoder->eval();
    BOOST_CHECK_EQUAL(encoder->options.num_layers(), 2);
    BOOST_CHECK(encoder->state_dict().contains("norm.weight"));
    nn::TransformerEncoder same_layers(layer, 2, nn::LayerNorm(nn::LayerNormOptions({4})));
    same_layers->eval();
    const Tensor x = as({3, 2, 4});
    check_equal(encoder->forward(x).detach(), same_layers->forward(x).detach());
    nn::TransformerDecoder decoder(
        nn::TransformerDecoderOptions(nn::TransformerDecoderLayerOptions(4, 2), 3));
    BOOST_CHECK_EQUAL(decoder->layers->size(), 3U);
    BOOST_CHECK(decoder->norm.is_empty());
}

/// An encoder of the author's: knows neither masks nor is_causal.
struct DoublingImpl : nn::Module {
    nn::Linear fc = register_module("fc", nn::Linear(4, 4));
    Tensor forward(const Tensor& src, const Tensor&, const Tensor&) { return fc(src) * 2; }
};
LITHE_MODULE(Doubling);

BOOST_AUTO_TEST_CASE(a_transformer_takes_an_encoder_of_the_author_s) {
    Doubling doubling;
    nn::Transformer transformer(nn::TransformerOptions(4, 2, 1, 1)
                                    .dim_feedforward(8)
                                    .dropout(0)
                                    .custom_encoder(nn::AnyModule(doubling)));
    BOOST_CHECK(transformer->state_dict().contains("encoder.fc.weight"));
    BOOST_CHECK(transformer->encoder.get<Doubling>().ptr() == doubling.ptr());
    const Tensor src = as({3, 2, 4}), tgt = as({2, 2, 4}, 1);
    const Tensor memory = doubling->forward(src, Tensor(), Tensor());
    check_equal(transformer->forward(src, tgt).detach(),
                transformer->decoder.get<nn::TransformerDecoder>()->forward(tgt, memory).detach());
}

BOOST_AUTO_TEST_CASE(a_transformer_has_pytorch_s_names_and_learns) {
    manual_seed(1);
    nn::TransformerOptions options(4, 2);
    options.num_encoder_layers(1).num_decoder_layers(1).dim_feedforward(8).dropout(0);
    nn::Transformer transformer(options);
    const nn::StateDict dict = transformer->state_dict();
    BOOST_CHECK(dict.contains("encoder.layers.0.self_attn.in_proj_weight"));
    BOOST_CHECK(dict.contains("decoder.layers.0.multihead_attn.out_proj.bias"));
    BOOST_CHECK(dict.contains("decoder.norm.weight"));
    const Tensor y = transformer->forward(as({3, 2, 4}), as({2, 2, 4}, 1));
    BOOST_CHECK_EQUAL(y.type().str(), "f32[2, 2, 4]");
    sum(y * y).backward();
    for (const auto& [name, parameter] : transformer->named_parameters()) {
        BOOST_CHECK_MESSAGE(parameter.grad().defined(), name);
    }
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace lithe::tests
