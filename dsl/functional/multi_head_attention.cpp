#include <cmath>
#include <limits>

#include "dsl/functional/attention.h"
#include "dsl/ops.h"
#include "dsl/random.h"
#include "runtime/error.h"

namespace lithe::nn::functional {
namespace {

using Settings = MultiheadAttentionForwardFuncOptions;

[[noreturn]] void refuse(const char* reason, const std::string& text) {
    throw UserError(std::string("multi_head_attention_forward.") + reason,
                    "multi_head_attention_forward: " + text);
}

void check_operands(const Tensor& query, const Tensor& key, const Tensor& value,
                    const Settings& options) {
    if ((query.dim() != 2 && query.dim() != 3) || key.dim() != query.dim() ||
        value.dim() != query.dim()) {
        refuse("rank", "expected query, key and value with 2 or 3 axes each, got " +
                           query.type().str() + ", " + key.type().str() + ", " +
                           value.type().str());
    }
    const int64_t size = options.embed_dim_to_check();
    if (query.size(-1) != size || options.num_heads() < 1 || size % options.num_heads() != 0) {
        refuse("embed_dim", "the query " + query.type().str() + " must have " +
                                std::to_string(size) + " features, which " +
                                std::to_string(options.num_heads()) + " heads must divide");
    }
    if (options.is_causal() && !options.attn_mask().defined()) {
        refuse("is_causal", "need attn_mask if specifying the is_causal hint");
    }
}

/// x through the first, second or third part of the projection.
Tensor projected(const Settings& options, const Tensor& x, int64_t which) {
    const Dim size = options.embed_dim_to_check();
    const auto part = [&](const Tensor& all) { return narrow(all, 0, which * size, size); };
    const Tensor apart[] = {options.q_proj_weight(), options.k_proj_weight(),
                            options.v_proj_weight()};
    const Tensor weight =
        options.use_separate_proj_weight() ? apart[which] : options.in_proj_weight();
    if (!weight.defined()) refuse("weight", "a weight of the projection is missing");
    const Tensor bias = options.in_proj_bias();
    return lithe::linear(x, options.use_separate_proj_weight() ? weight : part(weight),
                         bias.defined() ? part(bias) : Tensor());
}

/// A mask as what is added to the scores, with columns of 0 for added keys.
Tensor additive(const Tensor& mask, DType dtype, int64_t added) {
    Tensor y = mask;
    if (mask.dtype() == DType::boolean) {
        constexpr double none = -std::numeric_limits<double>::infinity();
        y = masked_fill(zeros(mask.sizes(), dtype), mask, none);
    }
    y = y.to(dtype);
    return added == 0 ? y : constant_pad(y, {Dim(0), Dim(added)});
}

/// Both masks as one that broadcasts over [N, heads, L, S]; undefined where there is none.
Tensor mask_of(const Settings& options, const Dim& batch, DType dtype, int64_t added) {
    Tensor mask;
    if (options.attn_mask().defined()) {
        mask = additive(options.attn_mask(), dtype, added);
        if (mask.dim() == 3) {
            mask = reshape(mask, {batch, Dim(options.num_heads()), mask.size(1), mask.size(2)});
        } else if (mask.dim() != 2) {
            refuse("mask", "attn_mask must have 2 or 3 axes, got " + mask.type().str());
        }
    }
    if (options.key_padding_mask().defined()) {
        Tensor padding = additive(options.key_padding_mask(), dtype, added);
        padding = reshape(padding, {batch, Dim(1), Dim(1), padding.size(-1)});
        mask = mask.defined() ? mask + padding : padding;
    }
    return mask;
}

}  // namespace

std::tuple<Tensor, Tensor> multi_head_attention_forward(const Tensor& query, const Tensor& key,
                                                        const Tensor& value,
                                                        const Settings& options) {
    check_operands(query, key, value, options);
    const bool is_batched = query.dim() == 3;
    const auto batched = [&](const Tensor& x) { return is_batched ? x : unsqueeze(x, 1); };
    const Tensor q = projected(options, batched(query), 0);
    const Dim length = q.size(0), batch = q.size(1), size = options.embed_dim_to_check(),
              heads = options.num_heads(), depth = floor_div(size, heads);
    // [L, N, E] as [N, heads, L, E / heads].
    const auto split_heads = [&](const Tensor& x) {
        return permute(reshape(x, {x.size(0), batch, heads, depth}), {1, 2, 0, 3});
    };
    const auto parts = [&](const Tensor& fixed, const Tensor& x, int64_t which,
                           const Tensor& bias) {
        if (fixed.defined()) return reshape(fixed, {batch, heads, fixed.size(1), depth});
        Tensor y = projected(options, batched(x), which);
        if (bias.defined()) y = cat({y, expand(bias, {Dim(1), batch, size})}, 0);
        return split_heads(y);
    };
    Tensor k = parts(options.static_k(), key, 1, options.bias_k()),
           v = parts(options.static_v(), value, 2, options.bias_v());
    int64_t added = options.bias_k().defined() ? 1 : 0;
    if (options.add_zero_attn()) {
        const Tensor zero = zeros({batch, heads, Dim(1), depth}, k.dtype());
        k = cat({k, zero}, 2);
        v = cat({v, zero}, 2);
        ++added;
    }
    const Tensor mask = mask_of(options, batch, q.dtype(), added);
    const double dropout_p = options.training() ? options.dropout_p() : 0;
    Tensor mixed, weights;
    if (options.need_weights()) {
        const double scale = 1 / std::sqrt(static_cast<double>(depth.constant()));
        Tensor scores = matmul(split_heads(q) * scale, transpose(k, -2, -1));
        if (mask.defined()) scores = scores + mask;
        weights = lithe::dropout(lithe::softmax(scores, -1), dropout_p, dropout_p > 0);
        mixed = matmul(weights, v);
        if (options.average_attn_weights()) weights = mean(weights, Axes(1));
        if (!is_batched) weights = squeeze(weights, Axes(0));
    } else {
        AttentionOptions how;
        how.mask = mask;
        how.dropout = dropout_p;
        mixed = lithe::scaled_dot_product_attention(split_heads(q), k, v, how);
    }
    Tensor y = lithe::linear(reshape(permute(mixed, {2, 0, 1, 3}), {length, batch, size}),
                             options.out_proj_weight(), options.out_proj_bias());
    return {is_batched ? y : squeeze(y, Axes(1)), weights};
}

}  // namespace lithe::nn::functional
