#include "tests/parity/runners.h"

namespace lithe::tests::parity {
namespace {

nn::RNNOptions recurrent_options(const Options& o) {
    nn::RNNOptions made(o.integer("input_size"), o.integer("hidden_size"));
    LITHE_OPTION(o, made, int64_t, num_layers);
    LITHE_OPTION(o, made, bool, bias);
    LITHE_OPTION(o, made, bool, batch_first);
    LITHE_OPTION(o, made, bool, bidirectional);
    LITHE_OPTION(o, made, int64_t, proj_size);
    return made.nonlinearity(o.choice("nonlinearity", kTanh));
}

nn::RNNCellOptions cell_options(const Options& o) {
    nn::RNNCellOptions made(o.integer("input_size"), o.integer("hidden_size"));
    LITHE_OPTION(o, made, bool, bias);
    return made.nonlinearity(o.choice("nonlinearity", kTanh));
}

/// x alone, or with its states: one, or the two of an LSTM.
template <class Holder>
Built with_states(Holder module) {
    return {module.ptr(), [module](const Arguments& in) mutable {
                const Tensors& x = in.positional;
                if (x.size() == 1) return detail::results_of(module->forward(x[0]));
                if constexpr (requires { module->forward(x[0], std::tuple<Tensor, Tensor>()); }) {
                    return detail::results_of(module->forward(x[0], std::tuple(x[1], x[2])));
                } else {
                    return detail::results_of(module->forward(x[0], x[1]));
                }
            }};
}

nn::TransformerLayerOptions layer_options(const Options& o) {
    nn::TransformerLayerOptions made(o.integer("d_model"), o.integer("nhead"));
    LITHE_OPTION(o, made, int64_t, dim_feedforward);
    LITHE_OPTION(o, made, double, dropout);
    LITHE_OPTION(o, made, double, layer_norm_eps);
    LITHE_OPTION(o, made, bool, batch_first);
    LITHE_OPTION(o, made, bool, norm_first);
    LITHE_OPTION(o, made, bool, bias);
    if (o.has("activation")) made.activation(o.choice("activation", kReLU));
    return made;
}

template <class Holder>
Built taking(Holder module, size_t count) {
    return {module.ptr(), [module, count](const Arguments& in) mutable {
                const Tensors& x = in.positional;
                if constexpr (requires { module->forward(x[0], x[1], x[0], x[0], x[0], x[0]); }) {
                    return Tensors{module->forward(x[0], x[1])};
                } else {
                    LITHE_ASSERT(count == 1);
                    return Tensors{module->forward(x[0])};
                }
            }};
}

nn::AnyModule final_norm(const Options& o) {
    return o.has("norm") ? nn::AnyModule(nn::LayerNorm(o.integer("norm"))) : nn::AnyModule();
}

void add_transformers() {
    add_runner("nn.TransformerEncoderLayer", [](const Options& o) {
        return taking(nn::TransformerEncoderLayer(layer_options(o)), 1);
    });
    add_runner("nn.TransformerDecoderLayer", [](const Options& o) {
        return taking(nn::TransformerDecoderLayer(layer_options(o)), 2);
    });
    add_runner("nn.TransformerEncoder", [](const Options& o) {
        const nn::TransformerEncoderLayer layer(layer_options(o.inner("layer")));
        return taking(nn::TransformerEncoder(layer, o.integer("num_layers"), final_norm(o)), 1);
    });
    add_runner("nn.TransformerDecoder", [](const Options& o) {
        const nn::TransformerDecoderLayer layer(layer_options(o.inner("layer")));
        return taking(nn::TransformerDecoder(layer, o.integer("num_layers"), final_norm(o)), 2);
    });
    add_runner("nn.Transformer", [](const Options& o) {
        nn::TransformerOptions made(layer_options(o));
        LITHE_OPTION(o, made, int64_t, num_encoder_layers);
        LITHE_OPTION(o, made, int64_t, num_decoder_layers);
        return taking(nn::Transformer(made), 2);
    });
}

void add_attention() {
    add_runner("nn.MultiheadAttention", [](const Options& o) {
        nn::MultiheadAttentionOptions made(o.integer("embed_dim"), o.integer("num_heads"));
        LITHE_OPTION(o, made, bool, bias);
        LITHE_OPTION(o, made, bool, add_bias_kv);
        LITHE_OPTION(o, made, bool, add_zero_attn);
        LITHE_OPTION(o, made, bool, batch_first);
        LITHE_OPTION(o, made, int64_t, kdim);
        LITHE_OPTION(o, made, int64_t, vdim);
        nn::MultiheadAttention module(made);
        return Built{
            module.ptr(), [module](const Arguments& in) mutable {
                return detail::results_of(module->forward(
                    in.positional[0], in.positional[1], in.positional[2],
                    in.named.tensor("key_padding_mask"), in.named.flag("need_weights", true),
                    in.named.tensor("attn_mask"), in.named.flag("average_attn_weights", true)));
            }};
    });
}

[[maybe_unused]] const bool is_added = [] {
    add_runner("nn.RNN",
               [](const Options& o) { return with_states(nn::RNN(recurrent_options(o))); });
    add_runner("nn.LSTM",
               [](const Options& o) { return with_states(nn::LSTM(recurrent_options(o))); });
    add_runner("nn.GRU",
               [](const Options& o) { return with_states(nn::GRU(recurrent_options(o))); });
    add_runner("nn.RNNCell",
               [](const Options& o) { return with_states(nn::RNNCell(cell_options(o))); });
    add_runner("nn.LSTMCell",
               [](const Options& o) { return with_states(nn::LSTMCell(cell_options(o))); });
    add_runner("nn.GRUCell",
               [](const Options& o) { return with_states(nn::GRUCell(cell_options(o))); });
    add_attention();
    add_transformers();
    return true;
}();

}  // namespace
}  // namespace lithe::tests::parity
