#include "dsl/layers/attention.h"

#include <cmath>
#include <limits>

#include "dsl/init.h"
#include "dsl/layers/make.h"
#include "dsl/ops.h"
#include "dsl/random.h"

namespace lithe::nn {
namespace {

constexpr double none = -std::numeric_limits<double>::infinity();

/// A mask as what is added to the scores.
Tensor additive(const Tensor& mask, DType dtype) {
    if (mask.dtype() != DType::boolean) return mask.to(dtype);
    return masked_fill(zeros(mask.sizes(), dtype), mask, none);
}

/// More columns of 0, for keys that are not in the input.
Tensor widened(const Tensor& mask, int64_t columns) {
    return columns == 0 ? mask : constant_pad(mask, {Dim(0), Dim(columns)});
}

}  // namespace

MultiheadAttentionImpl::MultiheadAttentionImpl(const MultiheadAttentionOptions& attention_options)
    : options(attention_options),
      out_proj(LinearOptions(attention_options.embed_dim(), attention_options.embed_dim())
                   .bias(attention_options.bias())
                   .dtype(attention_options.dtype())) {
    const int64_t size = options.embed_dim();
    check_positive("attention", "embed_dim", size);
    check_positive("attention", "num_heads", options.num_heads());
    if (size % options.num_heads() != 0) {
        throw UserError("attention.num_heads",
                        "attention: embed_dim must be divisible by num_heads, got " +
                            std::to_string(size) + " and " + std::to_string(options.num_heads()));
    }
    const int64_t kdim = options.kdim().value_or(size), vdim = options.vdim().value_or(size);
    if (kdim == size && vdim == size) {
        in_proj_weight = new_parameter({3 * size, size}, options.dtype());
    } else {
        q_proj_weight = new_parameter({size, size}, options.dtype());
        k_proj_weight = new_parameter({size, kdim}, options.dtype());
        v_proj_weight = new_parameter({size, vdim}, options.dtype());
    }
    if (options.bias()) in_proj_bias = new_parameter({3 * size}, options.dtype());
    if (options.add_bias_kv()) {
        bias_k = new_parameter({1, 1, size}, options.dtype());
        bias_v = new_parameter({1, 1, size}, options.dtype());
    }
    reset_parameters();
}

void MultiheadAttentionImpl::reset_parameters() {
    for (const Tensor& w : {in_proj_weight, q_proj_weight, k_proj_weight, v_proj_weight}) {
        if (w.defined()) init::xavier_uniform_(w);
    }
    if (in_proj_bias.defined()) {
        init::zeros_(in_proj_bias);
        init::zeros_(out_proj->bias);
    }
    if (bias_k.defined()) init::xavier_normal_(bias_k);
    if (bias_v.defined()) init::xavier_normal_(bias_v);
}

void MultiheadAttentionImpl::visit_members(FieldVisitor& visitor) {
    const auto show = [&](const char* name, Tensor& tensor) {
        visitor.tensor(name, tensor, TensorFieldKind::parameter);
    };
    show("in_proj_weight", in_proj_weight);
    show("q_proj_weight", q_proj_weight);
    show("k_proj_weight", k_proj_weight);
    show("v_proj_weight", v_proj_weight);
    show("in_proj_bias", in_proj_bias);
    show("bias_k", bias_k);
    show("bias_v", bias_v);
    visit_field(visitor, "out_proj", out_proj);
}

/// x through the first, second or third part of the projection.
Tensor MultiheadAttentionImpl::projected(const Tensor& x, int64_t which) const {
    const Dim size = options.embed_dim();
    const auto part = [&](const Tensor& all) { return narrow(all, 0, which * size, size); };
    const Tensor own = which == 0 ? q_proj_weight : which == 1 ? k_proj_weight : v_proj_weight;
    return linear(x, own.defined() ? own : part(in_proj_weight),
                  in_proj_bias.defined() ? part(in_proj_bias) : Tensor());
}

/// [L, N, E] as [N, heads, L, E / heads].
Tensor MultiheadAttentionImpl::heads(const Tensor& x) const {
    const int64_t size = options.embed_dim() / options.num_heads();
    return permute(reshape(x, {x.size(0), x.size(1), Dim(options.num_heads()), Dim(size)}),
                   {1, 2, 0, 3});
}

/// Both masks as one that broadcasts over [N, heads, L, S]; undefined where there is none.
Tensor MultiheadAttentionImpl::mask_of(const Tensor& key_padding_mask, const Tensor& attn_mask,
                                       const Dim& batch, DType dtype, int64_t added) const {
    Tensor mask;
    if (attn_mask.defined()) {
        mask = widened(additive(attn_mask, dtype), added);
        if (mask.dim() == 3) {
            mask = reshape(mask, {batch, Dim(options.num_heads()), mask.size(1), mask.size(2)});
        } else if (mask.dim() != 2) {
            throw UserError("attention.mask", "attention: attn_mask must have 2 or 3 axes, got " +
                                                  attn_mask.type().str());
        }
    }
    if (key_padding_mask.defined()) {
        Tensor padding = widened(additive(key_padding_mask, dtype), added);
        padding = reshape(padding, {batch, Dim(1), Dim(1), padding.size(-1)});
        mask = mask.defined() ? mask + padding : padding;
    }
    return mask;
}

std::tuple<Tensor, Tensor> MultiheadAttentionImpl::forward(
    const Tensor& query, const Tensor& key, const Tensor& value, const Tensor& key_padding_mask,
    bool need_weights, const Tensor& attn_mask, bool average_attn_weights, bool is_causal) {
    if (is_causal && !attn_mask.defined()) {
        throw UserError("attention.is_causal",
                        "attention: need attn_mask if specifying the is_causal hint");
    }
    if ((query.dim() != 2 && query.dim() != 3) || key.dim() != query.dim() ||
        value.dim() != query.dim()) {
        throw UserError("attention.rank",
                        "attention: expected query, key and value with 2 or 3 axes each, got " +
                            query.type().str() + ", " + key.type().str() + ", " +
                            value.type().str());
    }
    const bool is_batched = query.dim() == 3, swaps = is_batched && options.batch_first();
    const auto sequence_first = [&](const Tensor& x) {
        return !is_batched ? unsqueeze(x, 1) : swaps ? transpose(x, 0, 1) : x;
    };
    const Tensor q = projected(sequence_first(query), 0);
    Tensor k = projected(sequence_first(key), 1), v = projected(sequence_first(value), 2);
    const Dim length = q.size(0), batch = q.size(1), size = options.embed_dim();
    int64_t added = 0;
    if (bias_k.defined()) {
        k = cat({k, expand(bias_k, {Dim(1), batch, size})}, 0);
        v = cat({v, expand(bias_v, {Dim(1), batch, size})}, 0);
        ++added;
    }
    if (options.add_zero_attn()) {
        const Tensor zero = zeros({Dim(1), batch, size}, k.dtype());
        k = cat({k, zero}, 0);
        v = cat({v, zero}, 0);
        ++added;
    }
    const double head_size = static_cast<double>(options.embed_dim() / options.num_heads());
    Tensor scores = matmul(heads(q) * (1 / std::sqrt(head_size)), transpose(heads(k), -2, -1));
    Tensor mask = mask_of(key_padding_mask, attn_mask, batch, q.dtype(), added), sees_nothing;
    if (mask.defined() && !need_weights) {
        // Without weights PyTorch gives 0 where everything is masked, with them NaN.
        sees_nothing = amax(mask, Axes(-1), /*keepdim=*/true) == none;
        mask = where(sees_nothing, 0, mask);
    }
    if (mask.defined()) scores = scores + mask;
    Tensor weights = dropout(softmax(scores, -1), options.dropout(), is_training());
    Tensor mixed = matmul(weights, heads(v));
    if (sees_nothing.defined()) mixed = where(sees_nothing, 0, mixed);
    Tensor y = out_proj->forward(reshape(permute(mixed, {2, 0, 1, 3}), {length, batch, size}));
    if (average_attn_weights) weights = mean(weights, Axes(1));
    if (swaps) y = transpose(y, 0, 1);
    if (!is_batched) {
        y = squeeze(y, Axes(1));
        weights = squeeze(weights, Axes(0));
    }
    return {y, need_weights ? weights : Tensor()};
}

}  // namespace lithe::nn
