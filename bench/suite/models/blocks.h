#pragma once

#include <lithe/lithe.h>

// Pieces that several networks of the suite share. The names of members are those of the weights.
namespace suite {

using lithe::Dim;
using lithe::Shape;
using lithe::Tensor;
namespace nn = lithe::nn;

/// Which activation follows a normalised convolution.
enum class Act { none, relu, relu6, silu };

struct Cbr {
    int64_t in, out, kernel;
    int64_t stride = 1;
    int64_t groups = 1;
    Act act = Act::relu;
    double eps = 1e-5;
};

/// Convolution without bias, batch norm, activation.
inline nn::Sequential cbr(const Cbr& o) {
    nn::Sequential layers;
    layers->push_back(nn::Conv2d(nn::Conv2dOptions(o.in, o.out, o.kernel)
                                     .stride(o.stride)
                                     .padding(o.kernel / 2)
                                     .groups(o.groups)
                                     .bias(false)));
    layers->push_back(nn::BatchNorm2d(nn::BatchNorm2dOptions(o.out).eps(o.eps)));
    if (o.act == Act::relu) layers->push_back(nn::ReLU());
    if (o.act == Act::relu6) layers->push_back(nn::ReLU6());
    if (o.act == Act::silu) layers->push_back(nn::SiLU());
    return layers;
}

}  // namespace suite
