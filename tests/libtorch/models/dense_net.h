// Huang, Liu, van der Maaten, Weinberger, "Densely Connected Convolutional Networks", CVPR 2017.
#pragma once

#include <lithe/torch.h>

namespace dense_net {

using Options = torch::nn::Conv2dOptions;

struct _DenseLayerImpl : torch::nn::SequentialImpl {
    double drop_rate;

    _DenseLayerImpl(int64_t num_input_features, int64_t growth_rate, int64_t bn_size,
                    double drop_rate)
        : drop_rate(drop_rate) {
        push_back("norm1", torch::nn::BatchNorm2d(num_input_features));
        push_back("relu1", torch::nn::ReLU(torch::nn::ReLUOptions().inplace(true)));
        push_back("conv1",
                  torch::nn::Conv2d(
                      Options(num_input_features, bn_size * growth_rate, 1).stride(1).bias(false)));
        push_back("norm2", torch::nn::BatchNorm2d(bn_size * growth_rate));
        push_back("relu2",
                  torch::nn::Functional([](const torch::Tensor& x) { return torch::relu(x); }));
        push_back(
            "conv2",
            torch::nn::Conv2d(
                Options(bn_size * growth_rate, growth_rate, 3).stride(1).padding(1).bias(false)));
    }

    torch::Tensor forward(torch::Tensor x) {
        auto new_features = torch::nn::SequentialImpl::forward(x.clone());
        if (drop_rate > 0) {
            new_features = torch::dropout(new_features, drop_rate, this->is_training());
        }
        return torch::cat({x, new_features}, 1);
    }
};
TORCH_MODULE(_DenseLayer);

struct _DenseBlockImpl : torch::nn::SequentialImpl {
    _DenseBlockImpl(int64_t num_layers, int64_t num_input_features, int64_t bn_size,
                    int64_t growth_rate, double drop_rate) {
        for (int64_t i = 0; i < num_layers; ++i) {
            auto layer =
                _DenseLayer(num_input_features + i * growth_rate, growth_rate, bn_size, drop_rate);
            push_back("denselayer" + std::to_string(i + 1), layer);
        }
    }

    torch::Tensor forward(torch::Tensor x) { return torch::nn::SequentialImpl::forward(x); }
};
TORCH_MODULE(_DenseBlock);

struct _TransitionImpl : torch::nn::SequentialImpl {
    _TransitionImpl(int64_t num_input_features, int64_t num_output_features) {
        push_back("norm", torch::nn::BatchNorm2d(num_input_features));
        push_back("relu", torch::nn::Functional(torch::relu));
        push_back("conv",
                  torch::nn::Conv2d(
                      Options(num_input_features, num_output_features, 1).stride(1).bias(false)));
        push_back("pool", torch::nn::AvgPool2d(torch::nn::AvgPool2dOptions(2).stride(2)));
    }

    torch::Tensor forward(torch::Tensor x) { return torch::nn::SequentialImpl::forward(x); }
};
TORCH_MODULE(_Transition);

struct DenseNetImpl : torch::nn::Module {
    torch::nn::Sequential features{nullptr};
    torch::nn::Linear classifier{nullptr};

    explicit DenseNetImpl(int64_t num_classes = 10, int64_t growth_rate = 6,
                          std::vector<int64_t> block_config = {2, 3, 2},
                          int64_t num_init_features = 8, int64_t bn_size = 2,
                          double drop_rate = 0.1) {
        features = torch::nn::Sequential();
        features->push_back(
            "conv0",
            torch::nn::Conv2d(Options(3, num_init_features, 3).stride(1).padding(1).bias(false)));
        features->push_back("norm0", torch::nn::BatchNorm2d(num_init_features));
        features->push_back("relu0", torch::nn::Functional(torch::relu));
        features->push_back(
            "pool0", torch::nn::MaxPool2d(torch::nn::MaxPool2dOptions(3).stride(2).padding(1)));
        auto num_features = num_init_features;
        for (size_t i = 0; i < block_config.size(); ++i) {
            auto num_layers = block_config[i];
            _DenseBlock block(num_layers, num_features, bn_size, growth_rate, drop_rate);
            features->push_back("denseblock" + std::to_string(i + 1), block);
            num_features = num_features + num_layers * growth_rate;
            if (i != block_config.size() - 1) {
                auto trans = _Transition(num_features, num_features / 2);
                features->push_back("transition" + std::to_string(i + 1), trans);
                num_features = num_features / 2;
            }
        }
        features->push_back("norm5", torch::nn::BatchNorm2d(num_features));
        classifier = torch::nn::Linear(num_features, num_classes);
        register_module("features", features);
        register_module("classifier", classifier);
    }

    torch::Tensor forward(torch::Tensor x) {
        auto features = this->features->forward(x);
        auto out = torch::relu_(features);
        out = torch::adaptive_avg_pool2d(out, {1, 1});
        out = out.view({features.size(0), -1});
        out = this->classifier->forward(out);
        return out;
    }
};
TORCH_MODULE(DenseNet);

}  // namespace dense_net
