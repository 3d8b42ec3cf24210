// Vaswani et al., "Attention Is All You Need", NeurIPS 2017; Radford et al., "Language Models are
// Unsupervised Multitask Learners", 2019: a decoder-only transformer.
#pragma once

#include <lithe/torch.h>

#include <cmath>

namespace language_model {

using torch::Tensor;
using torch::indexing::None;
using torch::indexing::Slice;

struct GPTConfig {
    int64_t vocab_size = 17, block_size = 24, n_layer = 2, n_head = 2, n_embd = 16;
    double dropout = 0.0;
};

class CausalSelfAttentionImpl : public torch::nn::Module {
public:
    explicit CausalSelfAttentionImpl(const GPTConfig& config)
        : n_head(config.n_head), n_embd(config.n_embd) {
        c_attn = register_module("c_attn", torch::nn::Linear(n_embd, 3 * n_embd));
        c_proj = register_module("c_proj", torch::nn::Linear(n_embd, n_embd));
        attn_dropout = register_module("attn_dropout", torch::nn::Dropout(config.dropout));
        bias =
            register_buffer("bias", torch::tril(torch::ones({config.block_size, config.block_size}))
                                        .view({1, 1, config.block_size, config.block_size}));
    }

    Tensor forward(Tensor x) {
        const int64_t B = x.size(0), T = x.size(1), C = x.size(2);
        auto qkv = c_attn->forward(x).split(n_embd, 2);
        auto q = qkv[0].view({B, T, n_head, C / n_head}).transpose(1, 2);
        auto k = qkv[1].view({B, T, n_head, C / n_head}).transpose(1, 2);
        auto v = qkv[2].view({B, T, n_head, C / n_head}).transpose(1, 2);

        auto att = torch::matmul(q, k.transpose(-2, -1)) *
                   (1.0 / std::sqrt(static_cast<double>(k.size(-1))));
        auto mask = bias.index({Slice(), Slice(), Slice(None, T), Slice(None, T)});
        att = att.masked_fill(mask == 0, -std::numeric_limits<float>::infinity());
        att = torch::nn::functional::softmax(att, torch::nn::functional::SoftmaxFuncOptions(-1));
        att = attn_dropout->forward(att);
        auto y = torch::matmul(att, v);
        y = y.transpose(1, 2).contiguous().view({B, T, C});
        return c_proj->forward(y);
    }

private:
    int64_t n_head, n_embd;
    torch::nn::Linear c_attn{nullptr}, c_proj{nullptr};
    torch::nn::Dropout attn_dropout{nullptr};
    Tensor bias;
};
TORCH_MODULE(CausalSelfAttention);

struct BlockImpl : torch::nn::Module {
    explicit BlockImpl(const GPTConfig& config)
        : ln_1(register_module("ln_1",
                               torch::nn::LayerNorm(torch::nn::LayerNormOptions({config.n_embd})))),
          attn(register_module("attn", CausalSelfAttention(config))),
          ln_2(register_module("ln_2",
                               torch::nn::LayerNorm(torch::nn::LayerNormOptions({config.n_embd})))),
          mlp(register_module(
              "mlp",
              torch::nn::Sequential(torch::nn::Linear(config.n_embd, 4 * config.n_embd),
                                    torch::nn::GELU(torch::nn::GELUOptions().approximate("tanh")),
                                    torch::nn::Linear(4 * config.n_embd, config.n_embd),
                                    torch::nn::Dropout(config.dropout)))) {}

    Tensor forward(Tensor x) {
        x = x + attn->forward(ln_1->forward(x));
        x = x + mlp->forward(ln_2->forward(x));
        return x;
    }

    torch::nn::LayerNorm ln_1;
    CausalSelfAttention attn;
    torch::nn::LayerNorm ln_2;
    torch::nn::Sequential mlp;
};
TORCH_MODULE(Block);

struct GPTImpl : torch::nn::Module {
    GPTConfig config;
    torch::nn::Embedding wte{nullptr}, wpe{nullptr};
    torch::nn::ModuleList h;
    torch::nn::LayerNorm ln_f{nullptr};
    torch::nn::Linear lm_head{nullptr};

    explicit GPTImpl(GPTConfig config_ = {}) : config(config_) {
        wte = register_module("wte", torch::nn::Embedding(config.vocab_size, config.n_embd));
        wpe = register_module("wpe", torch::nn::Embedding(torch::nn::EmbeddingOptions(
                                         config.block_size, config.n_embd)));
        for (int64_t i = 0; i < config.n_layer; ++i) h->push_back(Block(config));
        register_module("h", h);
        ln_f = register_module("ln_f",
                               torch::nn::LayerNorm(torch::nn::LayerNormOptions({config.n_embd})));
        lm_head = register_module(
            "lm_head", torch::nn::Linear(
                           torch::nn::LinearOptions(config.n_embd, config.vocab_size).bias(false)));
        apply([](torch::nn::Module& module) {
            if (auto* linear = module.as<torch::nn::Linear>()) {
                torch::nn::init::normal_(linear->weight, 0.0, 0.02);
                if (linear->options.bias()) torch::nn::init::zeros_(linear->bias);
            } else if (auto* embedding = module.as<torch::nn::Embedding>()) {
                torch::nn::init::normal_(embedding->weight, 0.0, 0.02);
            }
        });
    }

    Tensor forward(Tensor idx) {
        const auto t = idx.size(1);
        auto pos =
            torch::arange(0, t, torch::TensorOptions().dtype(torch::kInt64).device(idx.device()))
                .unsqueeze(0);
        auto x = wte->forward(idx) + wpe->forward(pos);
        for (const auto& module : *h) {
            x = module->as<Block>()->forward(x);
        }
        x = ln_f->forward(x);
        return lm_head->forward(x);
    }
};
TORCH_MODULE(GPT);

}  // namespace language_model
