#include "dsl/functional/attention.h"

#include "runtime/error.h"

namespace lithe::nn::functional {

Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const ScaledDotProductAttentionFuncOptions& options) {
    if (options.attn_mask().defined() && options.is_causal()) {
        throw UserError(
            "scaled_dot_product_attention.mask",
            "scaled_dot_product_attention: expected either attn_mask or is_causal, got both");
    }
    AttentionOptions how;
    how.mask = options.attn_mask();
    how.dropout = options.dropout_p();
    how.is_causal = options.is_causal();
    how.scale = options.scale();
    how.enable_gqa = options.enable_gqa();
    return lithe::scaled_dot_product_attention(query, key, value, how);
}

}  // namespace lithe::nn::functional
