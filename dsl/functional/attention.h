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

}  // namespace lithe::nn::functional
