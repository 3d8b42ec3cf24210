// nn::functional: normalisation.
#pragma once

#include "dsl/layers/batch_norm.h"
#include "dsl/layers/normalization.h"

namespace lithe::nn::functional {

class BatchNormFuncOptions {
public:
    LITHE_ARG(Tensor, weight);
    LITHE_ARG(Tensor, bias);
    LITHE_ARG(bool, training) = false;
    /// None: the running statistics stay as they are.
    LITHE_ARG(std::optional<double>, momentum) = 0.1;
    LITHE_ARG(double, eps) = 1e-5;
};

class InstanceNormFuncOptions {
public:
    LITHE_ARG(Tensor, running_mean);
    LITHE_ARG(Tensor, running_var);
    LITHE_ARG(Tensor, weight);
    LITHE_ARG(Tensor, bias);
    /// The statistics of the input, not the running ones.
    LITHE_ARG(bool, use_input_stats) = true;
    LITHE_ARG(double, momentum) = 0.1;
    LITHE_ARG(double, eps) = 1e-5;
};

class LayerNormFuncOptions {
public:
    LayerNormFuncOptions(Sizes normalized_shape) : normalized_shape_(std::move(normalized_shape)) {}
    LITHE_ARG(Sizes, normalized_shape);
    LITHE_ARG(Tensor, weight);
    LITHE_ARG(Tensor, bias);
    LITHE_ARG(double, eps) = 1e-5;
};

class RMSNormFuncOptions {
public:
    RMSNormFuncOptions(Sizes normalized_shape) : normalized_shape_(std::move(normalized_shape)) {}
    LITHE_ARG(Sizes, normalized_shape);
    LITHE_ARG(Tensor, weight);
    LITHE_ARG(std::optional<double>, eps);
};

class GroupNormFuncOptions {
public:
    GroupNormFuncOptions(int64_t num_groups) : num_groups_(num_groups) {}
    LITHE_ARG(int64_t, num_groups);
    LITHE_ARG(Tensor, weight);
    LITHE_ARG(Tensor, bias);
    LITHE_ARG(double, eps) = 1e-5;
};

using LocalResponseNormFuncOptions = LocalResponseNormOptions;

class NormalizeFuncOptions {
public:
    LITHE_ARG(double, p) = 2;
    LITHE_ARG(int64_t, dim) = 1;
    LITHE_ARG(double, eps) = 1e-12;
    /// Where the result is written as well.
    LITHE_ARG(std::optional<Tensor>, out);
};

Tensor batch_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var,
                  const BatchNormFuncOptions& options = {});
Tensor instance_norm(const Tensor& x, const InstanceNormFuncOptions& options = {});
Tensor layer_norm(const Tensor& x, const LayerNormFuncOptions& options);
Tensor rms_norm(const Tensor& x, const RMSNormFuncOptions& options);
Tensor group_norm(const Tensor& x, const GroupNormFuncOptions& options);
Tensor local_response_norm(const Tensor& x, const LocalResponseNormFuncOptions& options);
Tensor normalize(const Tensor& x, const NormalizeFuncOptions& options = {});

}  // namespace lithe::nn::functional
