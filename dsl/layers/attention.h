#pragma once

#include <optional>
#include <tuple>

#include "dsl/arg.h"
#include "dsl/layers/linear.h"

namespace lithe::nn {

class MultiheadAttentionOptions {
public:
    MultiheadAttentionOptions(int64_t embed_dim, int64_t num_heads)
        : embed_dim_(embed_dim), num_heads_(num_heads) {}
    LITHE_ARG(int64_t, embed_dim);
    LITHE_ARG(int64_t, num_heads);
    LITHE_ARG(double, dropout) = 0;
    LITHE_ARG(bool, bias) = true;
    LITHE_ARG(bool, add_bias_kv) = false;
    LITHE_ARG(bool, add_zero_attn) = false;
    /// Sizes of key and value where they are not embed_dim.
    LITHE_ARG(std::optional<int64_t>, kdim);
    LITHE_ARG(std::optional<int64_t>, vdim);
    /// [N, L, E] instead of [L, N, E].
    LITHE_ARG(bool, batch_first) = false;
    LITHE_ARG(DType, dtype) = DType::f32;
};

/// The projection at the end, under the class name that PyTorch prints.
class NonDynamicallyQuantizableLinearImpl : public LinearImpl {
public:
    using LinearImpl::LinearImpl;
};
LITHE_MODULE(NonDynamicallyQuantizableLinear);

/// softmax(q k^T / sqrt(head size) + masks) v for each head, projected before and after.
///
/// query [L, N, E], key and value [S, N, E], or all without N; see batch_first. A bool mask is true
/// where attention is NOT allowed; a floating one is added. key_padding_mask: [N, S]; attn_mask:
/// [L, S] or [N * heads, L, S]. Gives the result and the weights, [N, L, S] or, not averaged,
/// [N, heads, L, S]. `is_causal` says of attn_mask that it is the causal one; it needs the mask.
/// Errors: attention.*.
/// Source: Vaswani et al., "Attention Is All You Need", 2017.
class MultiheadAttentionImpl : public Module {
public:
    MultiheadAttentionImpl(int64_t embed_dim, int64_t num_heads)
        : MultiheadAttentionImpl(MultiheadAttentionOptions(embed_dim, num_heads)) {}
    explicit MultiheadAttentionImpl(const MultiheadAttentionOptions& options);

    void reset_parameters();
    std::tuple<Tensor, Tensor> forward(const Tensor& query, const Tensor& key, const Tensor& value,
                                       const Tensor& key_padding_mask = {},
                                       bool need_weights = true, const Tensor& attn_mask = {},
                                       bool average_attn_weights = true, bool is_causal = false);
    void visit_members(FieldVisitor& visitor) override;

    MultiheadAttentionOptions options;
    /// One weight [3 E, E] for all three, or one for each where key or value have other sizes.
    Tensor in_proj_weight, q_proj_weight, k_proj_weight, v_proj_weight;
    Tensor in_proj_bias, bias_k, bias_v;
    NonDynamicallyQuantizableLinear out_proj;

private:
    Tensor projected(const Tensor& x, int64_t which) const;
    Tensor heads(const Tensor& x) const;
    Tensor mask_of(const Tensor& key_padding_mask, const Tensor& attn_mask, const Dim& batch,
                   DType dtype, int64_t added) const;
};
LITHE_MODULE(MultiheadAttention);

}  // namespace lithe::nn
