#pragma once

#include "blocks.h"

namespace suite {

/// The part that both kinds of residual block share: their sum and its activation.
struct BasicImpl : nn::Module {
    static constexpr int64_t expansion = 1;
    nn::Sequential a, b;
    nn::Sequential down{nullptr};

    BasicImpl(int64_t in, int64_t c, int64_t stride)
        : a(cbr({.in = in, .out = c, .kernel = 3, .stride = stride})),
          b(cbr({.in = c, .out = c, .kernel = 3, .act = Act::none})) {
        if (stride != 1 || in != c) {
            down = cbr({.in = in, .out = c, .kernel = 1, .stride = stride, .act = Act::none});
        }
    }
    Tensor forward(Tensor x) {
        Tensor y = b->forward(a->forward(x));
        return lithe::relu(y + (down ? down->forward(x) : x));
    }
};
LITHE_MODULE(Basic);

struct BottleImpl : nn::Module {
    static constexpr int64_t expansion = 4;
    nn::Sequential a, b, c;
    nn::Sequential down{nullptr};

    BottleImpl(int64_t in, int64_t width, int64_t stride)
        : a(cbr({.in = in, .out = width, .kernel = 1})),
          b(cbr({.in = width, .out = width, .kernel = 3, .stride = stride})),
          c(cbr({.in = width, .out = width * 4, .kernel = 1, .act = Act::none})) {
        if (stride != 1 || in != width * 4) {
            down =
                cbr({.in = in, .out = width * 4, .kernel = 1, .stride = stride, .act = Act::none});
        }
    }
    Tensor forward(Tensor x) {
        Tensor y = c->forward(b->forward(a->forward(x)));
        return lithe::relu(y + (down ? down->forward(x) : x));
    }
};
LITHE_MODULE(Bottle);

template <class Block>
struct ResNetImpl : nn::Module {
    nn::Sequential stem{cbr({.in = 3, .out = 64, .kernel = 7, .stride = 2}),
                        nn::MaxPool2d(nn::MaxPool2dOptions(3).stride(2).padding(1))};
    nn::Sequential stages;
    nn::AdaptiveAvgPool2d pool{1};
    nn::Linear fc{nullptr};

    explicit ResNetImpl(const std::vector<int>& depths) {
        int64_t in = 64, width = 64;
        for (size_t s = 0; s < depths.size(); ++s, width *= 2) {
            nn::Sequential stage;
            for (int k = 0; k < depths[s]; ++k) {
                stage->push_back(Block(in, width, k == 0 && s > 0 ? 2 : 1));
                in = width * Block::ContainedType::expansion;
            }
            stages->push_back(stage);
        }
        fc = nn::Linear(in, 1000);
    }
    Tensor forward(Tensor x) {
        return fc(lithe::flatten(pool(stages->forward(stem->forward(x))), 1));
    }
};
struct ResNet18Impl : ResNetImpl<Basic> {
    ResNet18Impl() : ResNetImpl({2, 2, 2, 2}) {}
};
LITHE_MODULE(ResNet18);
struct ResNet50Impl : ResNetImpl<Bottle> {
    ResNet50Impl() : ResNetImpl({3, 4, 6, 3}) {}
};
LITHE_MODULE(ResNet50);

}  // namespace suite
