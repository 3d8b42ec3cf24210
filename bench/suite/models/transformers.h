#pragma once

#include "blocks.h"

namespace suite {

inline Tensor split_heads(const Tensor& x, int64_t heads) {
    return x.view({x.size(0), x.size(1), heads, x.size(2) / heads}).transpose(1, 2);
}

inline Tensor merge_heads(const Tensor& x) {
    return x.transpose(1, 2).reshape({x.size(0), x.size(2), x.size(1) * x.size(3)});
}

struct BertLayerImpl : nn::Module {
    int64_t heads;
    nn::Linear q, k, v, o;
    nn::LayerNorm ln1, ln2;
    nn::Linear up, down;

    BertLayerImpl(int64_t d, int64_t head_count, int64_t f)
        : heads(head_count),
          q(d, d),
          k(d, d),
          v(d, d),
          o(d, d),
          ln1(nn::LayerNormOptions({d}).eps(1e-12)),
          ln2(nn::LayerNormOptions({d}).eps(1e-12)),
          up(d, f),
          down(f, d) {}
    Tensor forward(Tensor x, Tensor mask) {
        Tensor a =
            lithe::scaled_dot_product_attention(split_heads(q(x), heads), split_heads(k(x), heads),
                                                split_heads(v(x), heads), {.mask = mask});
        x = ln1(x + o(merge_heads(a)));
        return ln2(x + down(lithe::gelu(up(x))));
    }
};
LITHE_MODULE(BertLayer);

/// The shape of MiniLM-L6.
struct BertImpl : nn::Module {
    nn::Embedding word{30522, 384}, pos{512, 384}, typ{2, 384};
    nn::LayerNorm ln{nn::LayerNormOptions({384}).eps(1e-12)};
    nn::ModuleList layers;

    BertImpl() {
        for (int i = 0; i < 6; ++i) layers->push_back(BertLayer(384, 12, 1536));
    }
    Tensor forward(Tensor input_ids, Tensor attention_mask, Tensor token_type_ids) {
        Tensor x =
            ln(word(input_ids) + pos->weight.slice(0, 0, input_ids.size(1)) + typ(token_type_ids));
        Tensor mask = (1.0 - attention_mask.unsqueeze(1).unsqueeze(1).to(x.dtype())) * -1e9;
        for (size_t i = 0; i < layers->size(); ++i)
            x = layers[i]->as<BertLayer>()->forward(x, mask);
        return x;
    }
};
LITHE_MODULE(Bert);

struct VitBlockImpl : nn::Module {
    int64_t heads;
    nn::LayerNorm ln1, ln2;
    nn::Linear qkv, o, up, down;

    VitBlockImpl(int64_t d, int64_t head_count)
        : heads(head_count),
          ln1(nn::LayerNormOptions({d}).eps(1e-6)),
          ln2(nn::LayerNormOptions({d}).eps(1e-6)),
          qkv(d, 3 * d),
          o(d, d),
          up(d, 4 * d),
          down(4 * d, d) {}
    Tensor forward(Tensor x) {
        auto parts = qkv(ln1(x)).chunk(3, -1);
        Tensor a = lithe::scaled_dot_product_attention(split_heads(parts[0], heads),
                                                       split_heads(parts[1], heads),
                                                       split_heads(parts[2], heads));
        x = x + o(merge_heads(a));
        return x + down(lithe::gelu(up(ln2(x))));
    }
};
LITHE_MODULE(VitBlock);

/// The shape of DeiT-tiny.
struct VitImpl : nn::Module {
    nn::Conv2d patch{nn::Conv2dOptions(3, 192, 16).stride(16)};
    Tensor cls = register_parameter("cls", lithe::zeros({1, 1, 192}));
    Tensor pos = register_parameter("pos", lithe::zeros({1, 197, 192}));
    nn::Sequential blocks;
    nn::LayerNorm ln{nn::LayerNormOptions({192}).eps(1e-6)};
    nn::Linear head{192, 1000};

    VitImpl() {
        for (int i = 0; i < 12; ++i) blocks->push_back(VitBlock(192, 3));
    }
    Tensor forward(Tensor x) {
        x = patch(x).flatten(2).transpose(1, 2);
        x = lithe::cat({cls.expand({x.size(0), -1, -1}), x}, 1) + pos;
        return head(ln(blocks->forward(x)).select(1, 0));
    }
};
LITHE_MODULE(Vit);

struct GptBlockImpl : nn::Module {
    int64_t heads;
    nn::LayerNorm ln1, ln2;
    nn::Linear qkv, o, up, down;

    GptBlockImpl(int64_t d, int64_t head_count)
        : heads(head_count),
          ln1(nn::LayerNormOptions({d})),
          ln2(nn::LayerNormOptions({d})),
          qkv(d, 3 * d),
          o(d, d),
          up(d, 4 * d),
          down(4 * d, d) {}
    /// The block's result and the keys and values that a later token needs.
    std::tuple<Tensor, Tensor, Tensor> forward(Tensor x, Tensor past_k = {}, Tensor past_v = {}) {
        auto parts = qkv(ln1(x)).chunk(3, -1);
        Tensor q = split_heads(parts[0], heads), k = split_heads(parts[1], heads),
               v = split_heads(parts[2], heads);
        const bool has_past = past_k.defined();
        if (has_past) {
            k = lithe::cat({past_k, k}, 2);
            v = lithe::cat({past_v, v}, 2);
        }
        Tensor a = lithe::scaled_dot_product_attention(q, k, v, {.is_causal = !has_past});
        x = x + o(merge_heads(a));
        return {x + down(lithe::gelu(up(ln2(x)), lithe::Gelu::tanh)), k, v};
    }
};
LITHE_MODULE(GptBlock);

struct Gpt2Impl : nn::Module {
    nn::Embedding wte{50257, 768}, wpe{1024, 768};
    nn::ModuleList blocks;
    nn::LayerNorm ln{nn::LayerNormOptions({768})};

    Gpt2Impl() {
        for (int i = 0; i < 12; ++i) blocks->push_back(GptBlock(768, 12));
    }
    Tensor forward(Tensor input_ids) {
        Tensor x = wte(input_ids) + wpe->weight.slice(0, 0, input_ids.size(1));
        for (size_t i = 0; i < blocks->size(); ++i)
            x = std::get<0>(blocks[i]->as<GptBlock>()->forward(x));
        return lithe::linear(ln(x), wte->weight);
    }
};
LITHE_MODULE(Gpt2);

/// One token with a cache: 24 past tensors in, logits and 24 present tensors out.
struct Gpt2DecodeImpl : Gpt2Impl {
    std::vector<Tensor> forward(Tensor input_ids, Tensor position_ids, std::vector<Tensor> past) {
        Tensor x = wte(input_ids) + wpe(position_ids);
        std::vector<Tensor> results{Tensor()};
        for (size_t i = 0; i < blocks->size(); ++i) {
            auto [y, k, v] = blocks[i]->as<GptBlock>()->forward(x, past[2 * i], past[2 * i + 1]);
            x = y;
            results.push_back(k);
            results.push_back(v);
        }
        results[0] = lithe::linear(ln(x), wte->weight);
        return results;
    }
};
LITHE_MODULE(Gpt2Decode);

}  // namespace suite
