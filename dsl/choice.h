#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

namespace lithe {

/// A word among those that an option takes: LibTorch's `torch::kReflect`, `torch::kMean`, ...
enum class Choice : uint8_t {
    none,
    mean,
    sum,
    batch_mean,
    max,  // reductions
    zeros,
    constant,
    reflect,
    replicate,
    circular,  // padding modes
    valid,
    same,  // padding
    nearest,
    nearest_exact,
    linear,
    bilinear,
    bicubic,
    trilinear,
    area,  // interpolation
    border,
    reflection,  // grid_sample
    tanh,
    relu,
    gelu,
    sigmoid,
    leaky_relu,
    selu,  // nonlinearities
    fan_in,
    fan_out,  // nn::init
    conv1d,
    conv2d,
    conv3d,
    conv_transpose1d,
    conv_transpose2d,
    conv_transpose3d,
};

/// PyTorch's word: "reflect".
std::string str(Choice choice);

/// Errors: <layer>.<option>, where `choice` is not among those allowed.
void check_choice(const char* layer, const char* option, Choice choice,
                  std::initializer_list<Choice> allowed);

inline constexpr Choice kNone = Choice::none, kMean = Choice::mean, kSum = Choice::sum,
                        kBatchMean = Choice::batch_mean, kMax = Choice::max;
inline constexpr Choice kZeros = Choice::zeros, kConstant = Choice::constant,
                        kReflect = Choice::reflect, kReplicate = Choice::replicate,
                        kCircular = Choice::circular, kValid = Choice::valid, kSame = Choice::same;
inline constexpr Choice kNearest = Choice::nearest, kNearestExact = Choice::nearest_exact,
                        kLinear = Choice::linear, kBilinear = Choice::bilinear,
                        kBicubic = Choice::bicubic, kTrilinear = Choice::trilinear,
                        kArea = Choice::area, kBorder = Choice::border,
                        kReflection = Choice::reflection;
inline constexpr Choice kTanh = Choice::tanh, kReLU = Choice::relu, kGELU = Choice::gelu,
                        kSigmoid = Choice::sigmoid, kLeakyReLU = Choice::leaky_relu,
                        kSELU = Choice::selu, kFanIn = Choice::fan_in, kFanOut = Choice::fan_out;
inline constexpr Choice kConv1D = Choice::conv1d, kConv2D = Choice::conv2d,
                        kConv3D = Choice::conv3d, kConvTranspose1D = Choice::conv_transpose1d,
                        kConvTranspose2D = Choice::conv_transpose2d,
                        kConvTranspose3D = Choice::conv_transpose3d;

}  // namespace lithe
