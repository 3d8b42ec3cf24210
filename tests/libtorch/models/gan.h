// Radford, Metz, Chintala, "Unsupervised Representation Learning with Deep Convolutional Generative
// Adversarial Networks", ICLR 2016, for images of 16 x 16.
#pragma once

#include <lithe/torch.h>

namespace gan {

namespace nn = torch::nn;

struct DCGANGeneratorImpl : nn::Module {
    explicit DCGANGeneratorImpl(int kNoiseSize = 10)
        : conv1(nn::ConvTranspose2dOptions(kNoiseSize, 16, 4).bias(false)),
          batch_norm1(16),
          conv2(nn::ConvTranspose2dOptions(16, 8, 4).stride(2).padding(1).bias(false)),
          batch_norm2(8),
          conv3(nn::ConvTranspose2dOptions(8, 1, 4).stride(2).padding(1).bias(false)) {
        // register_module() is needed if we want to use the parameters() method later on
        register_module("conv1", conv1);
        register_module("conv2", conv2);
        register_module("conv3", conv3);
        register_module("batch_norm1", batch_norm1);
        register_module("batch_norm2", batch_norm2);
    }

    torch::Tensor forward(torch::Tensor x) {
        x = torch::relu(batch_norm1(conv1(x)));
        x = torch::relu(batch_norm2(conv2(x)));
        x = torch::tanh(conv3(x));
        return x;
    }

    nn::ConvTranspose2d conv1;
    nn::BatchNorm2d batch_norm1;
    nn::ConvTranspose2d conv2;
    nn::BatchNorm2d batch_norm2;
    nn::ConvTranspose2d conv3;
};
TORCH_MODULE(DCGANGenerator);

inline nn::Sequential make_discriminator() {
    return nn::Sequential(
        // Layer 1
        nn::Conv2d(nn::Conv2dOptions(1, 8, 4).stride(2).padding(1).bias(false)),
        nn::LeakyReLU(nn::LeakyReLUOptions().negative_slope(0.2)),
        // Layer 2
        nn::Conv2d(nn::Conv2dOptions(8, 16, 4).stride(2).padding(1).bias(false)),
        nn::BatchNorm2d(16), nn::LeakyReLU(nn::LeakyReLUOptions().negative_slope(0.2)),
        // Output layer
        nn::Conv2d(nn::Conv2dOptions(16, 1, 4).stride(1).padding(0).bias(false)), nn::Sigmoid());
}

}  // namespace gan
