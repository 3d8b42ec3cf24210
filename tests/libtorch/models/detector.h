// Lin, Goyal, Girshick, He, Dollar, "Focal Loss for Dense Object Detection", ICCV 2017: a small
// backbone, a feature pyramid of two levels and the two heads that all levels share. A plain
// struct, used through std::shared_ptr.
#pragma once

#include <lithe/torch.h>

#include <tuple>
#include <vector>

namespace detector {

using namespace torch::indexing;

struct Head : torch::nn::Module {
    Head(int64_t channels, int64_t per_anchor, int64_t anchors) : per_anchor(per_anchor) {
        for (int i = 0; i < 2; ++i) {
            tower->push_back(
                torch::nn::Conv2d(torch::nn::Conv2dOptions(channels, channels, 3).padding(1)));
            tower->push_back(torch::nn::GroupNorm(torch::nn::GroupNormOptions(2, channels)));
            tower->push_back(torch::nn::ReLU());
        }
        register_module("tower", tower);
        predict = register_module(
            "predict", torch::nn::Conv2d(
                           torch::nn::Conv2dOptions(channels, anchors * per_anchor, 3).padding(1)));
    }

    // [N, C, H, W] -> [N, H * W * A, K]
    torch::Tensor forward(torch::Tensor x) {
        auto out = predict->forward(tower->forward(x));
        auto n = out.sizes()[0], h = out.sizes()[2], w = out.sizes()[3];
        out = out.view({n, -1, per_anchor, h, w}).permute({0, 3, 4, 1, 2}).contiguous();
        return out.reshape({n, -1, per_anchor});
    }

    int64_t per_anchor;
    torch::nn::Sequential tower;
    torch::nn::Conv2d predict{nullptr};
};

struct Detector : torch::nn::Module {
    explicit Detector(int64_t num_classes = 3, int64_t anchors = 2) {
        c1 = register_module(
            "c1", torch::nn::Conv2d(torch::nn::Conv2dOptions(3, 8, 3).stride(2).padding(1)));
        c2 = register_module(
            "c2", torch::nn::Conv2d(torch::nn::Conv2dOptions(8, 12, 3).stride(2).padding(1)));
        lateral1 = register_module("lateral1", torch::nn::Conv2d(8, 6, 1));
        lateral2 = register_module("lateral2", torch::nn::Conv2d(12, 6, 1));
        classes = register_module("classes", std::make_shared<Head>(6, num_classes, anchors));
        boxes = register_module("boxes", std::make_shared<Head>(6, 4, anchors));
        torch::nn::init::constant_(classes->predict->bias, -2.0);
        register_buffer("mean", torch::tensor({0.1f, 0.2f, 0.3f}).view({1, 3, 1, 1}));
    }

    std::tuple<torch::Tensor, torch::Tensor> forward(torch::Tensor image) {
        image = image - named_buffers()["mean"];
        auto f1 = torch::elu(c1->forward(image));
        auto f2 = torch::elu(c2->forward(f1));
        auto p2 = lateral2->forward(f2);
        auto up = torch::nn::functional::interpolate(
            p2, torch::nn::functional::InterpolateFuncOptions()
                    .size(std::vector<int64_t>{f1.size(2), f1.size(3)})
                    .mode(torch::kNearest));
        auto p1 = lateral1->forward(f1) + up;
        std::vector<torch::Tensor> scores, offsets;
        for (const auto& level : {p1, p2}) {
            scores.emplace_back(classes->forward(level));
            offsets.emplace_back(boxes->forward(level));
        }
        auto box = torch::cat(offsets, 1);
        // centres as they are, sizes positive
        box = torch::cat({box.index({Ellipsis, Slice(None, 2)}),
                          box.index({"...", Slice(2, None)}).clamp(-4, 4).exp()},
                         -1);
        return {torch::cat(scores, 1).sigmoid(), box};
    }

    torch::nn::Conv2d c1{nullptr}, c2{nullptr}, lateral1{nullptr}, lateral2{nullptr};
    std::shared_ptr<Head> classes, boxes;
};

}  // namespace detector
