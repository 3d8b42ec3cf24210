// Touvron et al., "Training data-efficient image transformers & distillation through attention",
// ICML 2021: a vision transformer whose learned positions are resized to the grid of the image.
#pragma once

#include <lithe/torch.h>

#include <cmath>
#include <vector>

namespace vision_transformer {

namespace F = torch::nn::functional;

struct AttentionImpl : torch::nn::Module {
    AttentionImpl(int64_t dim, int64_t heads)
        : heads(heads), scale(1.0 / std::sqrt(static_cast<double>(dim / heads))) {
        qkv = register_module("qkv", torch::nn::Linear(dim, dim * 3));
        proj = register_module("proj", torch::nn::Linear(dim, dim));
    }
    torch::Tensor forward(torch::Tensor x) {
        int64_t B = x.size(0), N = x.size(1), C = x.size(2);
        auto parts = qkv(x).reshape({B, N, 3, heads, C / heads}).permute({2, 0, 3, 1, 4});
        auto q = parts[0], k = parts[1], v = parts[2];
        auto attn = (torch::matmul(q, k.transpose(-2, -1)) * scale).softmax(-1);
        return proj(torch::matmul(attn, v).transpose(1, 2).reshape({B, N, C}));
    }
    int64_t heads;
    double scale;
    torch::nn::Linear qkv{nullptr}, proj{nullptr};
};
TORCH_MODULE(Attention);

struct BlockImpl : torch::nn::Module {
    BlockImpl(int64_t dim, int64_t heads) {
        norm1 = register_module("norm1", torch::nn::LayerNorm(torch::nn::LayerNormOptions({dim})));
        attn = register_module("attn", Attention(dim, heads));
        norm2 = register_module("norm2", torch::nn::LayerNorm(torch::nn::LayerNormOptions({dim})));
        mlp = register_module(
            "mlp", torch::nn::Sequential(torch::nn::Linear(dim, dim * 2), torch::nn::GELU(),
                                         torch::nn::Linear(dim * 2, dim)));
    }
    torch::Tensor forward(torch::Tensor x) {
        x = x + attn(norm1(x));
        return x + mlp->forward(norm2(x));
    }
    torch::nn::LayerNorm norm1{nullptr}, norm2{nullptr};
    Attention attn{nullptr};
    torch::nn::Sequential mlp{nullptr};
};
TORCH_MODULE(Block);

/// Images of any size from one patch on; `grid` patches along each side are the native size.
struct VisionTransformerImpl : torch::nn::Module {
    VisionTransformerImpl(int64_t patch, int64_t grid, bool bicubic)
        : patch(patch), bicubic(bicubic) {
        const int64_t dim = 16;
        embed = register_module(
            "embed", torch::nn::Conv2d(torch::nn::Conv2dOptions(3, dim, patch).stride(patch)));
        cls_token = register_parameter("cls_token", torch::randn({1, 1, dim}) * 0.02);
        pos_embed = register_parameter("pos_embed", torch::randn({1, 1 + grid * grid, dim}) * 0.5);
        for (int i = 0; i < 2; ++i) blocks->push_back(Block(dim, 4));
        register_module("blocks", blocks);
        norm = register_module("norm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({dim})));
        head = register_module("head", torch::nn::Linear(dim, 5));
    }

    torch::Tensor positions(int64_t height, int64_t width) {
        const int64_t count = pos_embed.size(1) - 1, dim = pos_embed.size(2);
        const auto side = static_cast<int64_t>(std::sqrt(static_cast<double>(count)));
        auto cls = pos_embed.slice(1, 0, 1), grid = pos_embed.slice(1, 1);
        grid = grid.reshape({1, side, side, dim}).permute({0, 3, 1, 2});
        auto options = F::InterpolateFuncOptions()
                           .size(std::vector<int64_t>{height, width})
                           .align_corners(false);
        if (bicubic) {
            options.mode(torch::kBicubic);
        } else {
            options.mode(torch::kBilinear);
        }
        grid = F::interpolate(grid, options);
        return torch::cat({cls, grid.permute({0, 2, 3, 1}).reshape({1, -1, dim})}, 1);
    }

    torch::Tensor forward(torch::Tensor x) {
        x = embed(x);
        const auto height = x.size(2), width = x.size(3);
        x = x.flatten(2).transpose(1, 2);
        x = torch::cat({cls_token.expand({x.size(0), -1, -1}), x}, 1);
        x = x + positions(height, width);
        for (const auto& block : *blocks) x = block->as<Block>()->forward(x);
        return head(norm(x).select(1, 0));
    }

    int64_t patch;
    bool bicubic;
    torch::nn::Conv2d embed{nullptr};
    torch::Tensor cls_token, pos_embed;
    torch::nn::ModuleList blocks;
    torch::nn::LayerNorm norm{nullptr};
    torch::nn::Linear head{nullptr};
};
TORCH_MODULE(VisionTransformer);

}  // namespace vision_transformer
