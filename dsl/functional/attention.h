// nn::functional: attention.
#pragma once

#include "dsl/arg.h"
#include "dsl/ops.h"

namespace lithe::nn::functional {

class ScaledDotProductAttentionFuncOptions {
public:
    /// bool: true takes part; else added to the scores.
    LITHE_ARG(Tensor, attn_mask);
    LITHE_ARG(double, dropout_p) = 0;
    LITHE_ARG(bool, is_causal) = false;
    LITHE_ARG(std::optional<double>, scale);
    LITHE_ARG(bool, enable_gqa) = false;
};

/// softmax(query key^T * scale) value; a row that is masked everywhere gives 0.
/// Errors: scaled_dot_product_attention.mask.
Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const ScaledDotProductAttentionFuncOptions& options = {});

/// Everything that multi_head_attention_forward needs beside query, key and value.
class MultiheadAttentionForwardFuncOptions {
public:
    MultiheadAttentionForwardFuncOptions(int64_t embed_dim_to_check, int64_t num_heads,
                                         Tensor in_proj_weight, Tensor in_proj_bias, Tensor bias_k,
                                         Tensor bias_v, bool add_zero_attn, double dropout_p,
                                         Tensor out_proj_weight, Tensor out_proj_bias)
        : embed_dim_to_check_(embed_dim_to_check),
          num_heads_(num_heads),
          in_proj_weight_(std::move(in_proj_weight)),
          in_proj_bias_(std::move(in_proj_bias)),
          bias_k_(std::move(bias_k)),
          bias_v_(std::move(bias_v)),
          add_zero_attn_(add_zero_attn),
          dropout_p_(dropout_p),
          out_proj_weight_(std::move(out_proj_weight)),
          out_proj_bias_(std::move(out_proj_bias)) {}

    LITHE_ARG(int64_t, embed_dim_to_check);
    LITHE_ARG(int64_t, num_heads);
    /// [3 E, E]; undefined where the three are given apart.
    LITHE_ARG(Tensor, in_proj_weight);
    LITHE_ARG(Tensor, in_proj_bias);
    /// [1, 1, E] each: one more key and value.
    LITHE_ARG(Tensor, bias_k);
    LITHE_ARG(Tensor, bias_v);
    LITHE_ARG(bool, add_zero_attn);
    LITHE_ARG(double, dropout_p);
    LITHE_ARG(Tensor, out_proj_weight);
    LITHE_ARG(Tensor, out_proj_bias);
    LITHE_ARG(bool, training) = true;
    /// [N, S] and [L, S] or [N * heads, L, S]: bool is true where attention is NOT allowed,
    /// floating ones are added.
    LITHE_ARG(Tensor, key_padding_mask);
    LITHE_ARG(bool, need_weights) = true;
    LITHE_ARG(Tensor, attn_mask);
    LITHE_ARG(bool, use_separate_proj_weight) = false;
    LITHE_ARG(Tensor, q_proj_weight);
    LITHE_ARG(Tensor, k_proj_weight);
    LITHE_ARG(Tensor, v_proj_weight);
    /// Projected keys and values [N * heads, S, E / heads] in place of those of key and value.
    LITHE_ARG(Tensor, static_k);
    LITHE_ARG(Tensor, static_v);
    LITHE_ARG(bool, average_attn_weights) = true;
    /// Says of attn_mask, which must be given, that it is the causal one.
    LITHE_ARG(bool, is_causal) = false;
};

/// nn::MultiheadAttention as a function: query [L, N, E], key and value [S, N, ...], or all without
/// N. Gives the result and, with need_weights, the weights. Without them a row that is masked
/// everywhere gives 0, with them NaN, as in PyTorch.  Errors: multi_head_attention_forward.*.
std::tuple<Tensor, Tensor> multi_head_attention_forward(
    const Tensor& query, const Tensor& key, const Tensor& value,
    const MultiheadAttentionForwardFuncOptions& options);

}  // namespace lithe::nn::functional
