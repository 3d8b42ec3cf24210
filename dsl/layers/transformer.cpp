#include "dsl/layers/transformer.h"

#include <limits>

#include "dsl/init.h"
#include "dsl/layers/make.h"
#include "dsl/ops.h"

namespace lithe::nn {
namespace {

MultiheadAttention attention_of(const TransformerLayerOptions& o) {
    return MultiheadAttention(MultiheadAttentionOptions(o.d_model(), o.nhead())
                                  .dropout(o.dropout())
                                  .bias(o.bias())
                                  .batch_first(o.batch_first())
                                  .dtype(o.dtype()));
}
Linear linear_of(int64_t in, int64_t out, const TransformerLayerOptions& o) {
    return Linear(LinearOptions(in, out).bias(o.bias()).dtype(o.dtype()));
}
LayerNorm norm_of(const TransformerLayerOptions& o) {
    return LayerNorm(
        LayerNormOptions({o.d_model()}).eps(o.layer_norm_eps()).bias(o.bias()).dtype(o.dtype()));
}

Tensor attend(MultiheadAttention& attention, const Tensor& query, const Tensor& memory,
              const Tensor& mask, const Tensor& key_padding_mask, bool is_causal) {
    return std::get<0>(attention->forward(query, memory, memory, key_padding_mask,
                                          /*need_weights=*/false, mask,
                                          /*average_attn_weights=*/true, is_causal));
}

/// The feed-forward block of either layer.
template <class Layer>
Tensor feed_forward(Layer& layer, const Tensor& x) {
    const Tensor inner = layer.options.activation()(layer.linear1->forward(x));
    return layer.linear2->forward(layer.dropout->forward(inner));
}

/// x + block(norm(x)), or norm(x + block(x)).
template <class Block>
Tensor residual(const Tensor& x, LayerNorm& norm, Dropout& dropout, bool norm_first, Block block) {
    if (norm_first) return x + dropout->forward(block(norm->forward(x)));
    return norm->forward(x + dropout->forward(block(x)));
}

/// Errors: transformer.batch, transformer.width.
void check_inputs(const Tensor& src, const Tensor& tgt, const TransformerOptions& options) {
    const auto differ = [](const Dim& a, const Dim& b) {
        return a.is_constant() && b.is_constant() && !same(a, b);
    };
    const int64_t batch_axis = options.batch_first() ? 0 : 1;
    if (src.dim() == 3 && tgt.dim() == 3 && differ(src.size(batch_axis), tgt.size(batch_axis))) {
        throw UserError("transformer.batch",
                        "transformer: the batch number of src and tgt must be equal, got " +
                            src.type().str() + " and " + tgt.type().str());
    }
    for (const Tensor& x : {src, tgt}) {
        if (!differ(x.size(-1), options.d_model())) continue;
        throw UserError("transformer.width",
                        "transformer: the feature number of src and tgt must "
                        "be equal to d_model " +
                            std::to_string(options.d_model()) + ", got " + x.type().str());
    }
}

template <class Layer>
void add_copies(ModuleList& layers, const Layer& layer, int64_t count) {
    check_positive("transformer", "num_layers", count);
    for (int64_t i = 0; i < count; ++i) layers->push_back(layer->clone());
}

}  // namespace

Tensor TransformerActivation::operator()(const Tensor& x) const {
    if (function_) return function_(x);
    check_choice("transformer", "activation", choice_, {kReLU, kGELU});
    return choice_ == kReLU ? relu(x) : gelu(x);
}

TransformerEncoderLayerImpl::TransformerEncoderLayerImpl(
    const TransformerEncoderLayerOptions& layer_options)
    : options(layer_options),
      self_attn(attention_of(options)),
      linear1(linear_of(options.d_model(), options.dim_feedforward(), options)),
      dropout(options.dropout()),
      linear2(linear_of(options.dim_feedforward(), options.d_model(), options)),
      norm1(norm_of(options)),
      norm2(norm_of(options)),
      dropout1(options.dropout()),
      dropout2(options.dropout()) {}

Tensor TransformerEncoderLayerImpl::forward(const Tensor& src, const Tensor& src_mask,
                                            const Tensor& src_key_padding_mask, bool is_causal) {
    const bool norm_first = options.norm_first();
    const Tensor x = residual(src, norm1, dropout1, norm_first, [&](const Tensor& y) {
        return attend(self_attn, y, y, src_mask, src_key_padding_mask, is_causal);
    });
    return residual(x, norm2, dropout2, norm_first,
                    [&](const Tensor& y) { return feed_forward(*this, y); });
}

void TransformerEncoderLayerImpl::visit_members(FieldVisitor& visitor) {
    visit_field(visitor, "self_attn", self_attn);
    visit_field(visitor, "linear1", linear1);
    visit_field(visitor, "dropout", dropout);
    visit_field(visitor, "linear2", linear2);
    visit_field(visitor, "norm1", norm1);
    visit_field(visitor, "norm2", norm2);
    visit_field(visitor, "dropout1", dropout1);
    visit_field(visitor, "dropout2", dropout2);
}

TransformerDecoderLayerImpl::TransformerDecoderLayerImpl(
    const TransformerDecoderLayerOptions& layer_options)
    : options(layer_options),
      self_attn(attention_of(options)),
      multihead_attn(attention_of(options)),
      linear1(linear_of(options.d_model(), options.dim_feedforward(), options)),
      dropout(options.dropout()),
      linear2(linear_of(options.dim_feedforward(), options.d_model(), options)),
      norm1(norm_of(options)),
      norm2(norm_of(options)),
      norm3(norm_of(options)),
      dropout1(options.dropout()),
      dropout2(options.dropout()),
      dropout3(options.dropout()) {}

Tensor TransformerDecoderLayerImpl::forward(const Tensor& tgt, const Tensor& memory,
                                            const Tensor& tgt_mask, const Tensor& memory_mask,
                                            const Tensor& tgt_key_padding_mask,
                                            const Tensor& memory_key_padding_mask,
                                            bool tgt_is_causal, bool memory_is_causal) {
    const bool norm_first = options.norm_first();
    Tensor x = residual(tgt, norm1, dropout1, norm_first, [&](const Tensor& y) {
        return attend(self_attn, y, y, tgt_mask, tgt_key_padding_mask, tgt_is_causal);
    });
    x = residual(x, norm2, dropout2, norm_first, [&](const Tensor& y) {
        return attend(multihead_attn, y, memory, memory_mask, memory_key_padding_mask,
                      memory_is_causal);
    });
    return residual(x, norm3, dropout3, norm_first,
                    [&](const Tensor& y) { return feed_forward(*this, y); });
}

void TransformerDecoderLayerImpl::visit_members(FieldVisitor& visitor) {
    visit_field(visitor, "self_attn", self_attn);
    visit_field(visitor, "multihead_attn", multihead_attn);
    visit_field(visitor, "linear1", linear1);
    visit_field(visitor, "dropout", dropout);
    visit_field(visitor, "linear2", linear2);
    visit_field(visitor, "norm1", norm1);
    visit_field(visitor, "norm2", norm2);
    visit_field(visitor, "norm3", norm3);
    visit_field(visitor, "dropout1", dropout1);
    visit_field(visitor, "dropout2", dropout2);
    visit_field(visitor, "dropout3", dropout3);
}

TransformerEncoderImpl::TransformerEncoderImpl(const TransformerEncoderOptions& encoder_options)
    : options(encoder_options), norm(options.norm()) {
    add_copies(layers, options.encoder_layer(), options.num_layers());
}

Tensor TransformerEncoderImpl::forward(const Tensor& src, const Tensor& src_mask,
                                       const Tensor& src_key_padding_mask, bool is_causal) {
    Tensor x = src;
    for (const ModulePtr& layer : *layers) {
        x = layer->as<TransformerEncoderLayer>()->forward(x, src_mask, src_key_padding_mask,
                                                          is_causal);
    }
    return norm.is_empty() ? x : norm.forward(x);
}

void TransformerEncoderImpl::visit_members(FieldVisitor& visitor) {
    visit_field(visitor, "layers", layers);
    visitor.module("norm", norm.ptr());
}

bool TransformerEncoderImpl::replace_member(const std::string& name, const ModulePtr& module) {
    if (name == "norm" && norm.replace(module)) return true;
    return Module::replace_member(name, module);
}

TransformerDecoderImpl::TransformerDecoderImpl(const TransformerDecoderOptions& decoder_options)
    : options(decoder_options), norm(options.norm()) {
    add_copies(layers, options.decoder_layer(), options.num_layers());
}

Tensor TransformerDecoderImpl::forward(const Tensor& tgt, const Tensor& memory,
                                       const Tensor& tgt_mask, const Tensor& memory_mask,
                                       const Tensor& tgt_key_padding_mask,
                                       const Tensor& memory_key_padding_mask, bool tgt_is_causal,
                                       bool memory_is_causal) {
    Tensor x = tgt;
    for (const ModulePtr& layer : *layers) {
        x = layer->as<TransformerDecoderLayer>()->forward(
            x, memory, tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask,
            tgt_is_causal, memory_is_causal);
    }
    return norm.is_empty() ? x : norm.forward(x);
}

void TransformerDecoderImpl::visit_members(FieldVisitor& visitor) {
    visit_field(visitor, "layers", layers);
    visitor.module("norm", norm.ptr());
}

bool TransformerDecoderImpl::replace_member(const std::string& name, const ModulePtr& module) {
    if (name == "norm" && norm.replace(module)) return true;
    return Module::replace_member(name, module);
}

TransformerImpl::TransformerImpl(const TransformerOptions& transformer_options)
    : options(transformer_options),
      encoder(options.custom_encoder()),
      decoder(options.custom_decoder()) {
    if (encoder.is_empty()) {
        encoder = AnyModule(
            TransformerEncoder(TransformerEncoderOptions(options, options.num_encoder_layers())
                                   .norm(norm_of(options))));
    }
    if (decoder.is_empty()) {
        decoder = AnyModule(
            TransformerDecoder(TransformerDecoderOptions(options, options.num_decoder_layers())
                                   .norm(norm_of(options))));
    }
    reset_parameters();
}

void TransformerImpl::reset_parameters() {
    for (const Tensor& parameter : parameters()) {
        if (parameter.dim() > 1) init::xavier_uniform_(parameter);
    }
}

Tensor TransformerImpl::forward(const Tensor& src, const Tensor& tgt, const Tensor& src_mask,
                                const Tensor& tgt_mask, const Tensor& memory_mask,
                                const Tensor& src_key_padding_mask,
                                const Tensor& tgt_key_padding_mask,
                                const Tensor& memory_key_padding_mask, bool src_is_causal,
                                bool tgt_is_causal, bool memory_is_causal) {
    check_inputs(src, tgt, options);
    // Custom ones need not know is_causal.
    const Tensor memory = options.custom_encoder().is_empty()
                              ? encoder.forward(src, src_mask, src_key_padding_mask, src_is_causal)
                              : encoder.forward(src, src_mask, src_key_padding_mask);
    if (!options.custom_decoder().is_empty()) {
        return decoder.forward(tgt, memory, tgt_mask, memory_mask, tgt_key_padding_mask,
                               memory_key_padding_mask);
    }
    return decoder.forward(tgt, memory, tgt_mask, memory_mask, tgt_key_padding_mask,
                           memory_key_padding_mask, tgt_is_causal, memory_is_causal);
}

Tensor TransformerImpl::generate_square_subsequent_mask(const Dim& size) {
    const double none = -std::numeric_limits<double>::infinity();
    return triu(full({size, size}, none), 1);
}

void TransformerImpl::visit_members(FieldVisitor& visitor) {
    visitor.module("encoder", encoder.ptr());
    visitor.module("decoder", decoder.ptr());
}

bool TransformerImpl::replace_member(const std::string& name, const ModulePtr& module) {
    if (name == "encoder" && encoder.replace(module)) return true;
    if (name == "decoder" && decoder.replace(module)) return true;
    return Module::replace_member(name, module);
}

}  // namespace lithe::nn
