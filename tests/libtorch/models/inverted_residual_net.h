// Sandler, Howard, Zhu, Zhmoginov, Chen, "MobileNetV2: Inverted Residuals and Linear Bottlenecks",
// CVPR 2018.
#pragma once

#include <lithe/torch.h>

namespace inverted_residual_net {

namespace nn = torch::nn;

inline int64_t make_divisible(double value, int64_t divisor) {
    auto new_value = std::max<int64_t>(divisor, int64_t(value + divisor / 2) / divisor * divisor);
    if (new_value < 0.9 * value) new_value += divisor;
    return new_value;
}

struct ConvBNReLUImpl : nn::SequentialImpl {
    ConvBNReLUImpl(int64_t in_planes, int64_t out_planes, int64_t kernel_size = 3,
                   int64_t stride = 1, int64_t groups = 1) {
        const int64_t padding = (kernel_size - 1) / 2;
        push_back(nn::Conv2d(nn::Conv2dOptions(in_planes, out_planes, kernel_size)
                                 .stride(stride)
                                 .padding(padding)
                                 .groups(groups)
                                 .bias(false)));
        push_back(nn::BatchNorm2d(nn::BatchNormOptions(out_planes).eps(1e-3).momentum(0.01)));
        push_back(nn::Functional(nn::Functional(torch::relu6)));
    }

    torch::Tensor forward(torch::Tensor x) { return nn::SequentialImpl::forward(x); }
};
TORCH_MODULE(ConvBNReLU);

class InvertedResidualImpl : public nn::Module {
public:
    InvertedResidualImpl(int64_t input, int64_t output, int64_t stride, double expand_ratio)
        : use_res_connect(stride == 1 && input == output) {
        const auto hidden_dim = static_cast<int64_t>(std::round(double(input) * expand_ratio));
        if (expand_ratio != 1) {
            conv->push_back("expand", ConvBNReLU(input, hidden_dim, 1));
        }
        conv->push_back("depthwise", ConvBNReLU(hidden_dim, hidden_dim, 3, stride, hidden_dim));
        conv->push_back(
            "project",
            nn::Conv2d(nn::Conv2dOptions(hidden_dim, output, 1).stride(1).padding(0).bias(false)));
        conv->push_back("norm", nn::BatchNorm2d(output));
        register_module("conv", conv);
    }

    torch::Tensor forward(torch::Tensor x) {
        if (use_res_connect) return x + conv->forward(x);
        return conv->forward(x);
    }

private:
    bool use_res_connect;
    nn::Sequential conv;
};
TORCH_MODULE(InvertedResidual);

struct MobileNetV2Impl : nn::Module {
    nn::Sequential features, classifier;

    explicit MobileNetV2Impl(int64_t num_classes = 10, double width_mult = 0.25) {
        int64_t input_channel = make_divisible(32 * width_mult, 4);
        const int64_t last_channel = make_divisible(320 * width_mult, 4);
        const std::vector<std::vector<int64_t>> settings = {
            // t, c, n, s
            {1, 16, 1, 1},
            {6, 24, 2, 2},
            {6, 32, 2, 2},
        };
        features->push_back(ConvBNReLU(3, input_channel, 3, 2));
        for (const auto& setting : settings) {
            const auto output_channel = make_divisible(setting[1] * width_mult, 4);
            for (int64_t i = 0; i < setting[2]; ++i) {
                const auto stride = i == 0 ? setting[3] : 1;
                features->push_back(
                    InvertedResidual(input_channel, output_channel, stride, setting[0]));
                input_channel = output_channel;
            }
        }
        features->push_back(ConvBNReLU(input_channel, last_channel, 1));
        classifier->push_back(nn::Dropout(0.2));
        classifier->push_back(nn::Linear(last_channel, num_classes));
        register_module("features", features);
        register_module("classifier", classifier);

        for (auto& module : modules(false)) {
            if (auto conv = module->as<nn::Conv2d>()) {
                nn::init::kaiming_normal_(conv->weight, 0, torch::kFanOut);
                if (conv->options.bias()) nn::init::zeros_(conv->bias);
            } else if (auto* linear = module->as<nn::Linear>()) {
                torch::NoGradGuard no_grad;
                nn::init::normal_(linear->weight, 0, 0.01);
                nn::init::zeros_(linear->bias);
            }
        }
    }

    torch::Tensor forward(torch::Tensor x) {
        x = features->forward(x);
        x = x.mean({2, 3});
        x = classifier->forward(x);
        return x;
    }
};
TORCH_MODULE(MobileNetV2);

}  // namespace inverted_residual_net
