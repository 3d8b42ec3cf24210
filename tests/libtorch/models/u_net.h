// Ronneberger, Fischer, Brox, "U-Net: Convolutional Networks for Biomedical Image Segmentation",
// MICCAI 2015.
#pragma once

#include <lithe/torch.h>

namespace u_net {

namespace F = torch::nn::functional;

struct DoubleConvImpl : torch::nn::Module {
    DoubleConvImpl(int64_t in_ch, int64_t out_ch) {
        conv = register_module(
            "conv",
            torch::nn::Sequential({
                {"conv1", torch::nn::Conv2d(
                              torch::nn::Conv2dOptions(in_ch, out_ch, {3, 3}).padding({1, 1}))},
                {"bn1", torch::nn::BatchNorm2d(out_ch)},
                {"relu1", torch::nn::ReLU(true)},
                {"conv2",
                 torch::nn::Conv2d(torch::nn::Conv2dOptions(out_ch, out_ch, {3, 3}).padding(1))},
                {"bn2", torch::nn::BatchNorm2d(out_ch)},
                {"relu2", torch::nn::ReLU(true)},
            }));
    }
    torch::Tensor forward(torch::Tensor x) { return conv->forward(x); }
    torch::nn::Sequential conv{nullptr};
};
TORCH_MODULE(DoubleConv);

struct UpImpl : torch::nn::Module {
    UpImpl(int64_t in_ch, int64_t out_ch, bool bilinear) : bilinear(bilinear) {
        if (bilinear) {
            up_sample = register_module(
                "up", torch::nn::Upsample(torch::nn::UpsampleOptions()
                                              .scale_factor(std::vector<double>({2, 2}))
                                              .mode(torch::kBilinear)
                                              .align_corners(true)));
        } else {
            up_conv = register_module(
                "up", torch::nn::ConvTranspose2d(
                          torch::nn::ConvTranspose2dOptions(in_ch / 2, in_ch / 2, 2).stride(2)));
        }
        conv = register_module("conv", DoubleConv(in_ch, out_ch));
    }
    torch::Tensor forward(torch::Tensor x1, torch::Tensor x2) {
        x1 = bilinear ? up_sample->forward(x1) : up_conv->forward(x1);
        // input is CHW
        auto diffY = x2.size(2) - x1.size(2);
        auto diffX = x2.size(3) - x1.size(3);
        x1 = F::pad(
            x1, F::PadFuncOptions({diffX / 2, diffX - diffX / 2, diffY / 2, diffY - diffY / 2}));
        auto x = torch::cat({x2, x1}, 1);
        return conv(x);
    }
    bool bilinear;
    torch::nn::Upsample up_sample{nullptr};
    torch::nn::ConvTranspose2d up_conv{nullptr};
    DoubleConv conv{nullptr};
};
TORCH_MODULE(Up);

struct UNetImpl : torch::nn::Module {
    explicit UNetImpl(int64_t n_channels = 3, int64_t n_classes = 2, bool bilinear = true)
        : inc(n_channels, 4),
          down1(4, 8),
          down2(8, 8),
          up1(16, 4, bilinear),
          up2(8, 4, bilinear),
          outc(torch::nn::Conv2dOptions(4, n_classes, 1)) {
        register_module("inc", inc);
        register_module("down1", down1);
        register_module("down2", down2);
        register_module("up1", up1);
        register_module("up2", up2);
        register_module("outc", outc);
    }
    torch::Tensor forward(torch::Tensor x) {
        auto x1 = inc->forward(x);
        auto x2 = down1->forward(F::max_pool2d(x1, F::MaxPool2dFuncOptions(2)));
        auto x3 = down2->forward(torch::max_pool2d(x2, 2));
        x = up1->forward(x3, x2);
        x = up2->forward(x, x1);
        return torch::sigmoid(outc->forward(x));
    }
    DoubleConv inc, down1, down2;
    Up up1, up2;
    torch::nn::Conv2d outc;
};
TORCH_MODULE(UNet);

}  // namespace u_net
