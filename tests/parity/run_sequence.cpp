#include "dsl/tensor_data.h"
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
    LITHE_OPTION(o, made, double, dropout);
    return made.nonlinearity(o.choice("nonlinearity", kTanh));
}

nn::RNNCellOptions cell_options(const Options& o) {
    nn::RNNCellOptions made(o.integer("input_size"), o.integer("hidden_size"));
    LITHE_OPTION(o, made, bool, bias);
    return made.nonlinearity(o.choice("nonlinearity", kTanh));
}

/// x alone, or with its states: one, or the two of an LSTM.
template <class Holder, class X>
Tensors recurrent(Holder& module, const X& x, const Tensors& states) {
    constexpr bool is_packed = std::is_same_v<X, nn::PackedSequence>;
    const auto forward = [&](const auto&... rest) {
        if constexpr (is_packed) {
            const auto [y, last] = module->forward_with_packed_input(x, rest...);
            Tensors results = detail::results_of(last);
            results.insert(results.begin(), y.data());
            return results;
        } else {
            return detail::results_of(module->forward(x, rest...));
        }
    };
    if (states.empty()) return forward();
    if constexpr (requires(Tensor t) { module->forward(t, std::tuple<Tensor, Tensor>()); }) {
        return forward(std::tuple(states[0], states[1]));
    } else {
        return forward(states[0]);
    }
}

template <class Holder>
Built with_states(Holder module) {
    return {module.ptr(),
            [module](const Arguments& in) mutable {
                const Tensors states(in.positional.begin() + 1, in.positional.end());
                if constexpr (requires(nn::PackedSequence s) {
                                  module->forward_with_packed_input(s);
                              }) {
                    if (in.named.has("packed")) {
                        const Options how = in.named.inner("packed");
                        const auto sequence = nn::utils::rnn::pack_padded_sequence(
                            in.positional[0], lithe::tensor(how.list("lengths")),
                            how.flag("batch_first", false), how.flag("enforce_sorted", true));
                        return recurrent(module, sequence, states);
                    }
                }
                return recurrent(module, in.positional[0], states);
            },
            false};
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

Tensor mask(const Arguments& in, const char* name) { return in.named.tensor(name); }

template <class Holder>
Built encoder_built(Holder module) {
    return {
        module.ptr(),
        [module](const Arguments& in) mutable {
            const Tensor own =
                mask(in, "src_mask").defined() ? mask(in, "src_mask") : mask(in, "mask");
            return Tensors{module->forward(in.positional[0], own, mask(in, "src_key_padding_mask"),
                                           in.named.flag("is_causal", false))};
        },
        false};
}

template <class Holder>
Built decoder_built(Holder module) {
    return {
        module.ptr(),
        [module](const Arguments& in) mutable {
            return Tensors{module->forward(
                in.positional[0], in.positional[1], mask(in, "tgt_mask"), mask(in, "memory_mask"),
                mask(in, "tgt_key_padding_mask"), mask(in, "memory_key_padding_mask"),
                in.named.flag("tgt_is_causal", false), in.named.flag("memory_is_causal", false))};
        },
        false};
}

Built transformer_built(nn::Transformer module) {
    return {module.ptr(),
            [module](const Arguments& in) mutable {
                return Tensors{module->forward(
                    in.positional[0], in.positional[1], mask(in, "src_mask"), mask(in, "tgt_mask"),
                    mask(in, "memory_mask"), mask(in, "src_key_padding_mask"),
                    mask(in, "tgt_key_padding_mask"), mask(in, "memory_key_padding_mask"),
                    in.named.flag("src_is_causal", false), in.named.flag("tgt_is_causal", false),
                    in.named.flag("memory_is_causal", false))};
            },
            false};
}

nn::AnyModule final_norm(const Options& o) {
    return o.has("norm") ? nn::AnyModule(nn::LayerNorm(o.integer("norm"))) : nn::AnyModule();
}

void add_transformers() {
    add_runner("nn.TransformerEncoderLayer", [](const Options& o) {
        return encoder_built(nn::TransformerEncoderLayer(layer_options(o)));
    });
    add_runner("nn.TransformerDecoderLayer", [](const Options& o) {
        return decoder_built(nn::TransformerDecoderLayer(layer_options(o)));
    });
    add_runner("nn.TransformerEncoder", [](const Options& o) {
        const nn::TransformerEncoderLayer layer(layer_options(o.inner("layer")));
        return encoder_built(nn::TransformerEncoder(layer, o.integer("num_layers"), final_norm(o)));
    });
    add_runner("nn.TransformerDecoder", [](const Options& o) {
        const nn::TransformerDecoderLayer layer(layer_options(o.inner("layer")));
        return decoder_built(nn::TransformerDecoder(layer, o.integer("num_layers"), final_norm(o)));
    });
    add_runner("nn.Transformer", [](const Options& o) {
        nn::TransformerOptions made(layer_options(o));
        LITHE_OPTION(o, made, int64_t, num_encoder_layers);
        LITHE_OPTION(o, made, int64_t, num_decoder_layers);
        return transformer_built(nn::Transformer(made));
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
        LITHE_OPTION(o, made, double, dropout);
        nn::MultiheadAttention module(made);
        return Built{
            module.ptr(),
            [module](const Arguments& in) mutable {
                return detail::results_of(module->forward(
                    in.positional[0], in.positional[1], in.positional[2],
                    in.named.tensor("key_padding_mask"), in.named.flag("need_weights", true),
                    in.named.tensor("attn_mask"), in.named.flag("average_attn_weights", true),
                    in.named.flag("is_causal", false)));
            },
            false};
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
