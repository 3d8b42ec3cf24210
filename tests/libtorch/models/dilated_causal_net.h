// van den Oord et al., "WaveNet: A Generative Model for Raw Audio", 2016.
#pragma once

#include <lithe/torch.h>

namespace dilated_causal_net {

struct CausalConv1dImpl : torch::nn::Conv1dImpl {
    CausalConv1dImpl(int64_t in, int64_t out, int64_t kernel, int64_t dilation)
        : torch::nn::Conv1dImpl(torch::nn::Conv1dOptions(in, out, kernel).dilation(dilation)),
          left((kernel - 1) * dilation) {}

    torch::Tensor forward(const torch::Tensor& x) {
        return torch::nn::Conv1dImpl::forward(torch::constant_pad_nd(x, {left, 0}, 0));
    }

    int64_t left;
};
TORCH_MODULE(CausalConv1d);

struct WaveNetImpl : torch::nn::Module {
    explicit WaveNetImpl(int64_t channels = 8, int64_t levels = 16, int stacks = 1, int depth = 3) {
        start =
            register_module("start", torch::nn::Conv1d(torch::nn::Conv1dOptions(1, channels, 1)));
        int64_t dilation = 1;
        for (int s = 0; s < stacks; ++s) {
            for (int d = 0; d < depth; ++d) {
                filters.push_back(register_module("filter_" + std::to_string(filters.size()),
                                                  CausalConv1d(channels, channels, 2, dilation)));
                gates.push_back(register_module("gate_" + std::to_string(gates.size()),
                                                CausalConv1d(channels, channels, 2, dilation)));
                skips->push_back(torch::nn::Conv1d(channels, channels, 1));
                residuals->push_back(torch::nn::Conv1d(channels, channels, 1));
                dilation *= 2;
            }
            dilation = 1;
        }
        register_module("skips", skips);
        register_module("residuals", residuals);
        end1 = register_module(
            "end1", torch::nn::Conv1d(torch::nn::Conv1dOptions(channels, channels, 1).bias(true)));
        end2 = register_module("end2",
                               torch::nn::Conv1d(torch::nn::Conv1dOptions(channels, levels, 1)));
        scale = register_parameter("scale", torch::full({1}, 0.5));
    }

    // x: [N, 1, T] -> logits [N, levels, T]
    torch::Tensor forward(torch::Tensor x) {
        x = start->forward(x);
        torch::Tensor skip;
        for (size_t i = 0; i < filters.size(); ++i) {
            auto y = torch::tanh(filters[i]->forward(x)) * torch::sigmoid(gates[i]->forward(x));
            auto s = skips[i]->as<torch::nn::Conv1d>()->forward(y);
            skip = skip.defined() ? skip + s : s;
            x = residuals->at<torch::nn::Conv1dImpl>(i).forward(y) * scale + x;
        }
        skip = torch::relu(skip);
        skip = torch::leaky_relu(end1->forward(skip), 0.01);
        return end2->forward(skip);
    }

    torch::nn::Conv1d start{nullptr}, end1{nullptr}, end2{nullptr};
    std::vector<CausalConv1d> filters, gates;
    torch::nn::ModuleList skips, residuals;
    torch::Tensor scale;
};
TORCH_MODULE(WaveNet);

}  // namespace dilated_causal_net
