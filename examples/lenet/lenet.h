#pragma once

#include <lithe/lithe.h>

/// A small LeNet for 8 x 8 images of handwritten digits: two convolutions, two linear layers.
/// Members are plain: lithe-reflect finds them.
struct LeNetImpl : lithe::nn::Module {
    lithe::nn::Conv2d conv1{lithe::nn::Conv2dOptions(1, 16, 3).padding(1)};
    lithe::nn::Conv2d conv2{lithe::nn::Conv2dOptions(16, 32, 3).padding(1)};
    lithe::nn::Linear fc1{32 * 2 * 2, 64}, fc2{64, 10};

    /// x: f32[N, 1, 8, 8], values 0..1; returns f32[N, 10], a score for each digit.
    lithe::Tensor forward(lithe::Tensor x) {
        x = lithe::max_pool2d(lithe::relu(conv1(x)), 2);
        x = lithe::max_pool2d(lithe::relu(conv2(x)), 2);
        x = lithe::relu(fc1(x.flatten(1)));
        return fc2(x);
    }
};
LITHE_MODULE(LeNet);
