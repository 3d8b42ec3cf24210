// Normalisations, composed of statistics and arithmetic.
#include "dsl/autograd.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

/// A per-channel vector as [1, C, 1, ...], to broadcast over x.
Tensor per_channel(const Tensor& vector, const Tensor& x) {
    Shape shape(static_cast<size_t>(x.dim()), Dim(1));
    shape[1] = vector.numel();
    return reshape(vector, shape);
}

/// (x - mean) / sqrt(var + eps) over the axes, which stay as size 1; biased variance.
Tensor standardized(const Tensor& x, const Axes& axes, double eps) {
    const Tensor away = x - mean(x, axes, /*keepdim=*/true);
    return away * rsqrt(mean(away * away, axes, /*keepdim=*/true) + eps);
}

Tensor affine(const Tensor& x, const Tensor& weight, const Tensor& bias) {
    const Tensor scaled = weight.defined() ? x * weight : x;
    return bias.defined() ? scaled + bias : scaled;
}

Tensor channel_affine(const Tensor& x, const Tensor& weight, const Tensor& bias) {
    return affine(x, weight.defined() ? per_channel(weight, x) : weight,
                  bias.defined() ? per_channel(bias, x) : bias);
}

}  // namespace

Tensor batch_norm(const Tensor& x, const Tensor& weight, const Tensor& bias,
                  const Tensor& running_mean, const Tensor& running_var, bool training,
                  double momentum, double eps, bool /*cudnn_enabled*/) {
    if (x.dim() < 2) {
        throw UserError("batch_norm.rank",
                        "batch_norm: expected batch and channels, got " + x.type().str());
    }
    if (!training) {
        if (!running_mean.defined() || !running_var.defined()) {
            throw UserError("batch_norm.statistics",
                            "batch_norm: evaluation needs running_mean and running_var");
        }
        Tensor scale = rsqrt(running_var + eps);
        if (weight.defined()) scale = scale * weight;
        Tensor shift = -(running_mean * scale);
        if (bias.defined()) shift = shift + bias;
        return x * per_channel(scale, x) + per_channel(shift, x);
    }
    return batch_norm_training(x, weight, bias, running_mean, running_var,
                               full({}, momentum, x.dtype()), eps);
}

void update_statistics(const Tensor& running, const Tensor& newest, const Tensor& momentum) {
    if (!running.defined()) return;
    const NoGradGuard no_grad;
    const Tensor weight = momentum.to(running.dtype()),
                 flat = reshape(newest.detach(), running.sizes());
    running.copy_(running * (1 - weight) + flat.to(running.dtype()) * weight);
}

Tensor batch_norm_training(const Tensor& x, const Tensor& weight, const Tensor& bias,
                           const Tensor& running_mean, const Tensor& running_var,
                           const Tensor& momentum, double eps) {
    Sizes axes{0};
    Dim count = x.size(0);
    for (int64_t axis = 2; axis < x.dim(); ++axis) {
        axes.push_back(axis);
        count = count * x.size(axis);
    }
    if (count.is_constant(1)) {
        throw UserError(
            "batch_norm.one_value",
            "batch_norm: training needs more than 1 value per channel, got " + x.type().str());
    }
    const Tensor center = mean(x, axes, /*keepdim=*/true), away = x - center;
    const Tensor variance = mean(away * away, axes, /*keepdim=*/true);
    update_statistics(running_mean, center, momentum);
    update_statistics(running_var, variance.detach() * count / (count - 1), momentum);
    return channel_affine(away * rsqrt(variance + eps), weight, bias);
}

Tensor instance_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, double eps) {
    if (x.dim() < 3) {
        throw UserError(
            "instance_norm.rank",
            "instance_norm: expected batch, channels and spatial axes, got " + x.type().str());
    }
    Sizes axes;
    Dim count = 1;
    for (int64_t axis = 2; axis < x.dim(); ++axis) {
        axes.push_back(axis);
        count = count * x.size(axis);
    }
    if (count.is_constant(1)) {
        throw UserError(
            "instance_norm.one_value",
            "instance_norm: expected more than 1 spatial element, got " + x.type().str());
    }
    return channel_affine(standardized(x, axes, eps), weight, bias);
}

Tensor instance_norm(const Tensor& x, const Tensor& weight, const Tensor& bias,
                     const Tensor& running_mean, const Tensor& running_var, bool use_input_stats,
                     double momentum, double eps, bool /*cudnn_enabled*/) {
    if (!use_input_stats) {
        if (!running_mean.defined() || !running_var.defined()) {
            throw UserError("instance_norm.statistics",
                            "instance_norm: expected running_mean and running_var where "
                            "use_input_stats is false");
        }
        return batch_norm(x, weight, bias, running_mean, running_var, /*training=*/false, momentum,
                          eps);
    }
    const Tensor y = instance_norm(x, weight, bias, eps);
    if (!running_mean.defined() && !running_var.defined()) return y;
    Sizes axes;
    for (int64_t axis = 2; axis < x.dim(); ++axis) axes.push_back(axis);
    const Tensor data = x.detach(), newest = full({}, momentum, x.dtype());
    update_statistics(running_mean, mean(mean(data, axes), 0), newest);
    update_statistics(running_var, mean(var(data, axes), 0), newest);
    return y;
}

Tensor layer_norm(const Tensor& x, const ShapeArg& normalized, const Tensor& weight,
                  const Tensor& bias, double eps, bool /*cudnn_enabled*/) {
    const Shape have = x.sizes();
    const bool fits =
        !normalized.empty() && normalized.size() <= have.size() &&
        same(Shape(have.end() - static_cast<std::ptrdiff_t>(normalized.size()), have.end()),
             normalized);
    if (!fits) {
        throw UserError("layer_norm.shape", "layer_norm: the last axes of " + x.type().str() +
                                                " are not " + str(normalized));
    }
    Sizes axes;
    for (size_t i = have.size() - normalized.size(); i < have.size(); ++i) {
        axes.push_back(static_cast<int64_t>(i));
    }
    return affine(standardized(x, axes, eps), weight, bias);
}

Tensor rms_norm(const Tensor& x, const ShapeArg& normalized, const Tensor& weight,
                std::optional<double> eps) {
    Sizes axes;
    for (size_t i = 0; i < normalized.size(); ++i) axes.push_back(-1 - static_cast<int64_t>(i));
    const Shape have = x.sizes(), wanted(normalized.begin(), normalized.end());
    const auto lead =
        static_cast<std::ptrdiff_t>(have.size()) - static_cast<std::ptrdiff_t>(wanted.size());
    if (lead < 0 || wanted.empty() || Shape(have.begin() + lead, have.end()) != wanted) {
        throw UserError("rms_norm.shape", "rms_norm: the last axes of " + x.type().str() +
                                              " are not the normalized shape " + str(wanted));
    }
    const double least =
        eps.value_or(x.dtype() == DType::f64 ? 2.220446049250313e-16 : 1.1920928955078125e-07);
    return affine(x * rsqrt(mean(x * x, axes, /*keepdim=*/true) + least), weight, {});
}

Tensor group_norm(const Tensor& x, int64_t groups, const Tensor& weight, const Tensor& bias,
                  double eps, bool /*cudnn_enabled*/) {
    const Shape shape = x.sizes();
    const bool fits = shape.size() >= 2 && groups > 0 &&
                      (!shape[1].is_constant() || shape[1].constant() % groups == 0);
    if (!fits) {
        throw UserError("group_norm.groups", "group_norm: " + std::to_string(groups) +
                                                 " groups do not divide the channels of " +
                                                 x.type().str());
    }
    const Dim size = product({shape.begin() + 1, shape.end()});
    const Tensor grouped = reshape(x, {shape[0], Dim(groups), floor_div(size, Dim(groups))});
    return channel_affine(reshape(standardized(grouped, 2, eps), shape), weight, bias);
}

Tensor local_response_norm(const Tensor& x, int64_t size, double alpha, double beta, double k) {
    const Shape shape = x.sizes();
    if (shape.size() < 3) {
        throw UserError("local_response_norm.rank",
                        "local_response_norm: expected at least 3 axes, got " + x.type().str());
    }
    const Tensor squares = flatten(unsqueeze(x * x, 1), 3, -1);
    const Tensor padded = constant_pad(squares, {0, 0, size / 2, (size - 1) / 2});
    const Tensor means = reshape(avg_pool2d(padded, PerAxis{size, 1}, PerAxis{1}), shape);
    return x / pow(means * alpha + k, beta);
}

Tensor cosine_similarity(const Tensor& a, const Tensor& b, int64_t axis, double eps) {
    const Tensor dot = sum(a * b, axis);
    const Tensor scale = clamp_min(norm(a, 2, axis), eps) * clamp_min(norm(b, 2, axis), eps);
    return dot / scale;
}

Tensor pairwise_distance(const Tensor& a, const Tensor& b, double p, double eps, bool keepdim) {
    return norm(a - b + eps, p, -1, keepdim);
}

Tensor pdist(const Tensor& x, double p) {
    if (x.dim() != 2)
        throw UserError("pdist.rank", "pdist: expected rows [N, M], got " + x.type().str());
    if (x.size(0).is_constant() && x.size(0).constant() < 2) return zeros({0}, x.dtype());
    // Pair k is of row i with one behind it, where the pairs of the rows before i are `begins[i]`.
    const Dim rows = x.size(0);
    const Tensor row = arange(rows), place = arange(rows * (rows - 1) / 2);
    const Tensor begins = floor_div(row * (scalar_tensor(rows * 2 - 1, DType::i64) - row), 2);
    const Tensor first = searchsorted(begins, place, /*out_int32=*/false, /*right=*/true) - 1;
    const Tensor second = place - index_select(begins, 0, first) + first + 1;
    return norm(index_select(x, 0, first) - index_select(x, 0, second), p, 1);
}

}  // namespace lithe
