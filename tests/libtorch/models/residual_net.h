// He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", CVPR 2016, for small images.
#pragma once

#include <lithe/torch.h>

#include <vector>

namespace residual_net {

struct BasicBlock : torch::nn::Module {
    static const int64_t expansion = 1;

    BasicBlock(int64_t inplanes, int64_t planes, int64_t stride_ = 1,
               torch::nn::Sequential downsample_ = nullptr)
        : conv1(
              torch::nn::Conv2dOptions(inplanes, planes, 3).stride(stride_).padding(1).bias(false)),
          bn1(planes),
          conv2(torch::nn::Conv2dOptions(planes, planes, 3).padding(1).bias(false)),
          bn2(planes),
          downsample(downsample_) {
        register_module("conv1", conv1);
        register_module("bn1", bn1);
        register_module("conv2", conv2);
        register_module("bn2", bn2);
        if (!downsample.is_empty()) {
            register_module("downsample", downsample);
        }
    }

    torch::Tensor forward(torch::Tensor x) {
        torch::Tensor residual = x;
        x = conv1->forward(x);
        x = bn1->forward(x);
        x = torch::relu(x);
        x = conv2->forward(x);
        x = bn2->forward(x);
        if (!downsample.is_empty()) {
            residual = downsample->forward(residual);
        }
        x += residual;
        return torch::relu_(x);
    }

    torch::nn::Conv2d conv1;
    torch::nn::BatchNorm2d bn1;
    torch::nn::Conv2d conv2;
    torch::nn::BatchNorm2d bn2;
    torch::nn::Sequential downsample;
};

template <class Block>
struct ResNetImpl : torch::nn::Module {
    explicit ResNetImpl(const std::vector<int64_t>& layers, int64_t num_classes = 10)
        : conv1(torch::nn::Conv2dOptions(3, 8, 3).stride(1).padding(1).bias(false)),
          bn1(8),
          fc(32 * Block::expansion, num_classes) {
        layer1 = _make_layer(8, layers[0]);
        layer2 = _make_layer(16, layers[1], 2);
        layer3 = _make_layer(32, layers[2], 2);
        register_module("conv1", conv1);
        register_module("bn1", bn1);
        register_module("layer1", layer1);
        register_module("layer2", layer2);
        register_module("layer3", layer3);
        register_module("fc", fc);

        for (auto& module : modules(/*include_self=*/false)) {
            if (auto M = dynamic_cast<torch::nn::Conv2dImpl*>(module.get())) {
                torch::nn::init::kaiming_normal_(M->weight, /*a=*/0, torch::kFanOut, torch::kReLU);
            } else if (auto B = dynamic_cast<torch::nn::BatchNorm2dImpl*>(module.get())) {
                torch::nn::init::constant_(B->weight, 1);
                torch::nn::init::constant_(B->bias, 0);
            }
        }
    }

    torch::Tensor forward(torch::Tensor x) {
        x = torch::relu(bn1->forward(conv1->forward(x)));
        x = layer1->forward(x);
        x = layer2->forward(x);
        x = layer3->forward(x);
        x = torch::adaptive_avg_pool2d(x, {1, 1});
        x = x.view({x.size(0), -1});
        return fc->forward(x);
    }

private:
    torch::nn::Sequential _make_layer(int64_t planes, int64_t blocks, int64_t stride = 1) {
        torch::nn::Sequential downsample{nullptr};
        if (stride != 1 || inplanes != planes * Block::expansion) {
            downsample = torch::nn::Sequential(
                torch::nn::Conv2d(torch::nn::Conv2dOptions(inplanes, planes * Block::expansion, 1)
                                      .stride(stride)
                                      .bias(false)),
                torch::nn::BatchNorm2d(planes * Block::expansion));
        }
        torch::nn::Sequential layers;
        layers->push_back(Block(inplanes, planes, stride, downsample));
        inplanes = planes * Block::expansion;
        for (int64_t i = 1; i < blocks; i++) {
            layers->push_back(Block(inplanes, planes));
        }
        return layers;
    }

    int64_t inplanes = 8;
    torch::nn::Conv2d conv1;
    torch::nn::BatchNorm2d bn1;
    torch::nn::Sequential layer1, layer2, layer3;
    torch::nn::Linear fc;
};

struct ResNet10Impl : ResNetImpl<BasicBlock> {
    ResNet10Impl() : ResNetImpl<BasicBlock>({1, 2, 1}) {}
};
TORCH_MODULE(ResNet10);

}  // namespace residual_net
