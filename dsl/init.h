#pragma once

#include <cstdint>
#include <utility>

#include "dsl/choice.h"
#include "dsl/tensor.h"

/// Initial values of parameters, in place and without history. Each gives back its argument.
namespace lithe::nn::init {

/// While it lives (on its thread) the functions below draw nothing and leave tensors as they are.
class SkipGuard {
public:
    SkipGuard();
    ~SkipGuard();
    SkipGuard(const SkipGuard&) = delete;
    SkipGuard& operator=(const SkipGuard&) = delete;
};

Tensor uniform_(Tensor tensor, double low = 0, double high = 1);
Tensor normal_(Tensor tensor, double mean = 0, double std = 1);
/// Normal, drawn again where outside of [low, high]. Errors: init.range.
Tensor trunc_normal_(Tensor tensor, double mean = 0, double std = 1, double low = -2,
                     double high = 2);
Tensor constant_(Tensor tensor, const Scalar& value);
Tensor ones_(Tensor tensor);
Tensor zeros_(Tensor tensor);
/// The identity matrix. Errors: init.rank.
Tensor eye_(Tensor matrix);
/// Convolution filters that pass their input on, group by group. Errors: init.rank.
Tensor dirac_(Tensor tensor, int64_t groups = 1);
/// uniform(-a, a), a = gain sqrt(6 / (fan_in + fan_out)). Source: Glorot, Bengio, AISTATS 2010.
Tensor xavier_uniform_(Tensor tensor, double gain = 1);
/// normal(0, gain sqrt(2 / (fan_in + fan_out))).
Tensor xavier_normal_(Tensor tensor, double gain = 1);
/// uniform(-b, b), b = gain sqrt(3 / fan); `a` is the slope of a leaky ReLU.
/// Source: He et al., "Delving Deep into Rectifiers", ICCV 2015.
Tensor kaiming_uniform_(Tensor tensor, double a = 0, Choice mode = kFanIn,
                        Choice nonlinearity = kLeakyReLU);
/// normal(0, gain / sqrt(fan)).
Tensor kaiming_normal_(Tensor tensor, double a = 0, Choice mode = kFanIn,
                       Choice nonlinearity = kLeakyReLU);
/// A matrix with orthonormal rows or columns, times gain. Errors: init.rank.
Tensor orthogonal_(Tensor tensor, double gain = 1);
/// In each column a fraction of zeros, the rest normal. Errors: init.rank.
Tensor sparse_(Tensor matrix, double sparsity, double std = 0.01);

/// The factor by which a nonlinearity shrinks the standard deviation, inverted. Errors:
/// init.nonlinearity (PyTorch knows no factor).
double calculate_gain(Choice nonlinearity, double slope = 0.01);
/// Numbers of inputs and outputs of one unit. Errors: init.rank.
std::pair<int64_t, int64_t> calculate_fan_in_and_fan_out(const Tensor& tensor);

}  // namespace lithe::nn::init
