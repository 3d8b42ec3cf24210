#pragma once

#include <functional>
#include <optional>

#include "dsl/choice.h"
#include "dsl/layers/attention.h"
#include "dsl/layers/container.h"
#include "dsl/layers/dropout.h"
#include "dsl/layers/normalization.h"

namespace lithe::nn {

/// kReLU, kGELU, or a function of the author's.
class TransformerActivation {
public:
    TransformerActivation(Choice choice) : choice_(choice) {}
    TransformerActivation(std::function<Tensor(const Tensor&)> function)
        : function_(std::move(function)) {}
    /// Errors: transformer.activation.
    Tensor operator()(const Tensor& x) const;

private:
    Choice choice_ = kReLU;
    std::function<Tensor(const Tensor&)> function_;
};

/// Options of an encoder or decoder layer.
class TransformerLayerOptions {
public:
    TransformerLayerOptions(int64_t d_model, int64_t nhead) : d_model_(d_model), nhead_(nhead) {}
    LITHE_ARG(int64_t, d_model);
    LITHE_ARG(int64_t, nhead);
    LITHE_ARG(int64_t, dim_feedforward) = 2048;
    LITHE_ARG(double, dropout) = 0.1;
    LITHE_ARG(TransformerActivation, activation) = kReLU;
    LITHE_ARG(double, layer_norm_eps) = 1e-5;
    LITHE_ARG(bool, batch_first) = false;
    /// Normalises before each block instead of after it.
    LITHE_ARG(bool, norm_first) = false;
    LITHE_ARG(bool, bias) = true;
    LITHE_ARG(DType, dtype) = DType::f32;
};
using TransformerEncoderLayerOptions = TransformerLayerOptions;
using TransformerDecoderLayerOptions = TransformerLayerOptions;

/// Self-attention and a feed-forward block, each with a residual path and a norm. `is_causal` says
/// of a mask that it is the causal one, as in MultiheadAttention.
class TransformerEncoderLayerImpl : public Module {
public:
    TransformerEncoderLayerImpl(int64_t d_model, int64_t nhead)
        : TransformerEncoderLayerImpl(TransformerEncoderLayerOptions(d_model, nhead)) {}
    explicit TransformerEncoderLayerImpl(const TransformerEncoderLayerOptions& options);
    Tensor forward(const Tensor& src, const Tensor& src_mask = {},
                   const Tensor& src_key_padding_mask = {}, bool is_causal = false);
    void visit_members(FieldVisitor& visitor) override;

    TransformerEncoderLayerOptions options;
    MultiheadAttention self_attn;
    Linear linear1;
    Dropout dropout;
    Linear linear2;
    LayerNorm norm1, norm2;
    Dropout dropout1, dropout2;
};
LITHE_MODULE(TransformerEncoderLayer);

/// Self-attention, attention to the encoder's result, and a feed-forward block.
class TransformerDecoderLayerImpl : public Module {
public:
    TransformerDecoderLayerImpl(int64_t d_model, int64_t nhead)
        : TransformerDecoderLayerImpl(TransformerDecoderLayerOptions(d_model, nhead)) {}
    explicit TransformerDecoderLayerImpl(const TransformerDecoderLayerOptions& options);
    Tensor forward(const Tensor& tgt, const Tensor& memory, const Tensor& tgt_mask = {},
                   const Tensor& memory_mask = {}, const Tensor& tgt_key_padding_mask = {},
                   const Tensor& memory_key_padding_mask = {}, bool tgt_is_causal = false,
                   bool memory_is_causal = false);
    void visit_members(FieldVisitor& visitor) override;

    TransformerDecoderLayerOptions options;
    MultiheadAttention self_attn, multihead_attn;
    Linear linear1;
    Dropout dropout;
    Linear linear2;
    LayerNorm norm1, norm2, norm3;
    Dropout dropout1, dropout2, dropout3;
};
LITHE_MODULE(TransformerDecoderLayer);

/// Options of a stack of encoder layers.
class TransformerEncoderOptions {
public:
    TransformerEncoderOptions(TransformerEncoderLayer encoder_layer, int64_t num_layers)
        : encoder_layer_(std::move(encoder_layer)), num_layers_(num_layers) {}
    TransformerEncoderOptions(const TransformerEncoderLayerOptions& layer, int64_t num_layers)
        : TransformerEncoderOptions(TransformerEncoderLayer(layer), num_layers) {}
    LITHE_ARG(TransformerEncoderLayer, encoder_layer) = nullptr;
    LITHE_ARG(int64_t, num_layers);
    /// What comes after the last layer.
    LITHE_ARG(AnyModule, norm);
};

/// A stack of copies of one encoder layer.
class TransformerEncoderImpl : public Module {
public:
    explicit TransformerEncoderImpl(const TransformerEncoderOptions& options);
    TransformerEncoderImpl(const TransformerEncoderLayer& layer, int64_t num_layers,
                           AnyModule last = {})
        : TransformerEncoderImpl(
              TransformerEncoderOptions(layer, num_layers).norm(std::move(last))) {}
    Tensor forward(const Tensor& src, const Tensor& src_mask = {},
                   const Tensor& src_key_padding_mask = {}, bool is_causal = false);
    void visit_members(FieldVisitor& visitor) override;
    bool replace_member(const std::string& name, const ModulePtr& module) override;

    TransformerEncoderOptions options;
    ModuleList layers;
    AnyModule norm;
};
LITHE_MODULE(TransformerEncoder);

/// Options of a stack of decoder layers.
class TransformerDecoderOptions {
public:
    TransformerDecoderOptions(TransformerDecoderLayer decoder_layer, int64_t num_layers)
        : decoder_layer_(std::move(decoder_layer)), num_layers_(num_layers) {}
    TransformerDecoderOptions(const TransformerDecoderLayerOptions& layer, int64_t num_layers)
        : TransformerDecoderOptions(TransformerDecoderLayer(layer), num_layers) {}
    LITHE_ARG(TransformerDecoderLayer, decoder_layer) = nullptr;
    LITHE_ARG(int64_t, num_layers);
    /// What comes after the last layer.
    LITHE_ARG(AnyModule, norm);
};

/// A stack of copies of one decoder layer.
class TransformerDecoderImpl : public Module {
public:
    explicit TransformerDecoderImpl(const TransformerDecoderOptions& options);
    TransformerDecoderImpl(const TransformerDecoderLayer& layer, int64_t num_layers,
                           AnyModule last = {})
        : TransformerDecoderImpl(
              TransformerDecoderOptions(layer, num_layers).norm(std::move(last))) {}
    Tensor forward(const Tensor& tgt, const Tensor& memory, const Tensor& tgt_mask = {},
                   const Tensor& memory_mask = {}, const Tensor& tgt_key_padding_mask = {},
                   const Tensor& memory_key_padding_mask = {}, bool tgt_is_causal = false,
                   bool memory_is_causal = false);
    void visit_members(FieldVisitor& visitor) override;
    bool replace_member(const std::string& name, const ModulePtr& module) override;

    TransformerDecoderOptions options;
    ModuleList layers;
    AnyModule norm;
};
LITHE_MODULE(TransformerDecoder);

class TransformerOptions : public TransformerLayerOptions {
public:
    TransformerOptions(int64_t d_model = 512, int64_t nhead = 8)
        : TransformerLayerOptions(d_model, nhead) {}
    TransformerOptions(int64_t d_model, int64_t nhead, int64_t num_encoder_layers,
                       int64_t num_decoder_layers)
        : TransformerLayerOptions(d_model, nhead),
          num_encoder_layers_(num_encoder_layers),
          num_decoder_layers_(num_decoder_layers) {}
    TransformerOptions(const TransformerLayerOptions& layer) : TransformerLayerOptions(layer) {}
    LITHE_ARG(int64_t, num_encoder_layers) = 6;
    LITHE_ARG(int64_t, num_decoder_layers) = 6;
    /// In place of the stacks that the other options describe; called with src, its mask and its
    /// padding mask, or with what a TransformerDecoder takes.
    LITHE_ARG(AnyModule, custom_encoder);
    LITHE_ARG(AnyModule, custom_decoder);

    // The setters of a layer, so that those above may follow them.
#define LITHE_TRANSFORMER_ARG(T, name)                   \
    TransformerOptions& name(T value) {                  \
        TransformerLayerOptions::name(std::move(value)); \
        return *this;                                    \
    }                                                    \
    using TransformerLayerOptions::name
public:
    LITHE_TRANSFORMER_ARG(int64_t, d_model);
    LITHE_TRANSFORMER_ARG(int64_t, nhead);
    LITHE_TRANSFORMER_ARG(int64_t, dim_feedforward);
    LITHE_TRANSFORMER_ARG(double, dropout);
    LITHE_TRANSFORMER_ARG(TransformerActivation, activation);
    LITHE_TRANSFORMER_ARG(double, layer_norm_eps);
    LITHE_TRANSFORMER_ARG(bool, batch_first);
    LITHE_TRANSFORMER_ARG(bool, norm_first);
    LITHE_TRANSFORMER_ARG(bool, bias);
    LITHE_TRANSFORMER_ARG(DType, dtype);
#undef LITHE_TRANSFORMER_ARG
};

/// Encoder and decoder, both with a norm at the end.
class TransformerImpl : public Module {
public:
    explicit TransformerImpl(const TransformerOptions& options = {});
    void reset_parameters();
    Tensor forward(const Tensor& src, const Tensor& tgt, const Tensor& src_mask = {},
                   const Tensor& tgt_mask = {}, const Tensor& memory_mask = {},
                   const Tensor& src_key_padding_mask = {}, const Tensor& tgt_key_padding_mask = {},
                   const Tensor& memory_key_padding_mask = {}, bool src_is_causal = false,
                   bool tgt_is_causal = false, bool memory_is_causal = false);
    /// [size, size] with -inf above the diagonal: no position sees a later one.
    static Tensor generate_square_subsequent_mask(const Dim& size);
    void visit_members(FieldVisitor& visitor) override;
    bool replace_member(const std::string& name, const ModulePtr& module) override;

    TransformerOptions options;
    AnyModule encoder, decoder;
};
LITHE_MODULE(Transformer);

}  // namespace lithe::nn
