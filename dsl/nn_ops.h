// The functions that networks are made of: products, convolutions, pooling, norms, losses.
// Included by dsl/ops.h.
#pragma once

#include <concepts>
#include <string_view>

#include "dsl/tensor.h"

namespace lithe {

// --- products ----------------------------------------------------------------------------------
Tensor matmul(const Tensor& a, const Tensor& b);
Tensor mm(const Tensor& a, const Tensor& b);
Tensor bmm(const Tensor& a, const Tensor& b);
Tensor dot(const Tensor& a, const Tensor& b);
Tensor outer(const Tensor& a, const Tensor& b);
Tensor addmm(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& beta = 1,
             const Scalar& alpha = 1);
/// x @ weight^T + bias, over the last axis.
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {});
Tensor bilinear(const Tensor& a, const Tensor& b, const Tensor& weight, const Tensor& bias = {});
/// `einsum("bij,bjk->bik", {a, b})`, with `...`. Errors: einsum.equation.
Tensor einsum(const std::string& equation, const Tensors& operands);

struct AttentionOptions {
    Tensor mask;  ///< bool: true takes part; else added to the scores
    double dropout = 0;
    bool is_causal = false;
    std::optional<double> scale;  ///< 1 / sqrt(E) where not given
    bool enable_gqa = false;      ///< fewer heads of key and value than of query
};
/// softmax(query key^T * scale) value over [..., L, E], [..., S, E], [..., S, V].
Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const AttentionOptions& options = {});

// --- convolution -------------------------------------------------------------------------------
/// A number for each spatial axis; one number stands for all.
using PerAxis = Axes;
/// The numbers for `rank` axes. Errors: <op>.per_axis.
Sizes per_axis(std::string_view op, const PerAxis& values, int64_t rank);

struct ConvOptions {
    PerAxis stride = 1, padding = 0, dilation = 1;
    int64_t groups = 1;
    std::optional<PerAxis> padding_end;  ///< where it differs from `padding`
};
/// x [N, C, ...], weight [K, C / groups, ...], bias [K] or undefined; 1 to 3 spatial axes.
Tensor conv(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
            const ConvOptions& options = {});
/// y [N, K, ...], weight [K, C / groups, ...]: the transpose of conv.
Tensor conv_transpose(const Tensor& y, const Tensor& weight, const Tensor& bias = {},
                      const ConvOptions& options = {}, const PerAxis& output_padding = 0);
/// conv_transpose whose result has the sizes `image`, from the attributes of a conv.
Tensor conv_transpose_to(const Tensor& y, const Tensor& weight, const Attrs& conv_attrs,
                         const Shape& image);
Attrs convolution_attrs(std::string_view op, int64_t rank, const ConvOptions& options);

Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              const PerAxis& stride = 1, const PerAxis& padding = 0, const PerAxis& dilation = 1,
              int64_t groups = 1);
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              const PerAxis& stride = 1, const PerAxis& padding = 0, const PerAxis& dilation = 1,
              int64_t groups = 1);
Tensor conv3d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              const PerAxis& stride = 1, const PerAxis& padding = 0, const PerAxis& dilation = 1,
              int64_t groups = 1);
/// conv1d, conv2d or conv3d, by `rank`, with a padding in words: "valid", or "same", which needs
/// strides of 1. Errors: conv<rank>d.padding, conv<rank>d.*.
Tensor conv_with_padding(int64_t rank, const Tensor& x, const Tensor& weight, const Tensor& bias,
                         const PerAxis& stride, std::string_view padding, const PerAxis& dilation,
                         int64_t groups);
template <std::convertible_to<std::string_view> Words>
Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias, const PerAxis& stride,
              const Words& padding, const PerAxis& dilation = 1, int64_t groups = 1) {
    return conv_with_padding(1, x, weight, bias, stride, padding, dilation, groups);
}
template <std::convertible_to<std::string_view> Words>
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const PerAxis& stride,
              const Words& padding, const PerAxis& dilation = 1, int64_t groups = 1) {
    return conv_with_padding(2, x, weight, bias, stride, padding, dilation, groups);
}
template <std::convertible_to<std::string_view> Words>
Tensor conv3d(const Tensor& x, const Tensor& weight, const Tensor& bias, const PerAxis& stride,
              const Words& padding, const PerAxis& dilation = 1, int64_t groups = 1) {
    return conv_with_padding(3, x, weight, bias, stride, padding, dilation, groups);
}
Tensor conv_transpose1d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                        const PerAxis& stride = 1, const PerAxis& padding = 0,
                        const PerAxis& output_padding = 0, int64_t groups = 1,
                        const PerAxis& dilation = 1);
Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                        const PerAxis& stride = 1, const PerAxis& padding = 0,
                        const PerAxis& output_padding = 0, int64_t groups = 1,
                        const PerAxis& dilation = 1);
Tensor conv_transpose3d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                        const PerAxis& stride = 1, const PerAxis& padding = 0,
                        const PerAxis& output_padding = 0, int64_t groups = 1,
                        const PerAxis& dilation = 1);

// --- pooling -----------------------------------------------------------------------------------
struct PoolOptions {
    PerAxis kernel = {}, stride = {};  ///< without a stride: the kernel
    PerAxis padding = 0, dilation = 1;
    bool ceil_mode = false;
    bool count_include_pad = true;                 ///< avg_pool
    std::optional<int64_t> divisor_override = {};  ///< avg_pool
    int64_t spatial_rank = 0;  ///< 0: as many as the kernel has numbers, or x axes
};
/// Values and their indices in the flattened image.
std::tuple<Tensor, Tensor> max_pool(const Tensor& x, const PoolOptions& options);
Tensor avg_pool(const Tensor& x, const PoolOptions& options);
Tensor max_pool1d(const Tensor& x, const PerAxis& kernel, const PerAxis& stride = {},
                  const PerAxis& padding = 0, const PerAxis& dilation = 1, bool ceil_mode = false);
Tensor max_pool2d(const Tensor& x, const PerAxis& kernel, const PerAxis& stride = {},
                  const PerAxis& padding = 0, const PerAxis& dilation = 1, bool ceil_mode = false);
Tensor max_pool3d(const Tensor& x, const PerAxis& kernel, const PerAxis& stride = {},
                  const PerAxis& padding = 0, const PerAxis& dilation = 1, bool ceil_mode = false);
Tensor avg_pool1d(const Tensor& x, const PerAxis& kernel, const PerAxis& stride = {},
                  const PerAxis& padding = 0, bool ceil_mode = false,
                  bool count_include_pad = true);
Tensor avg_pool2d(const Tensor& x, const PerAxis& kernel, const PerAxis& stride = {},
                  const PerAxis& padding = 0, bool ceil_mode = false, bool count_include_pad = true,
                  std::optional<int64_t> divisor = {});
Tensor avg_pool3d(const Tensor& x, const PerAxis& kernel, const PerAxis& stride = {},
                  const PerAxis& padding = 0, bool ceil_mode = false, bool count_include_pad = true,
                  std::optional<int64_t> divisor = {});
/// A size of 0 or less keeps the axis.
Tensor adaptive_avg_pool1d(const Tensor& x, const PerAxis& size);
Tensor adaptive_avg_pool2d(const Tensor& x, const PerAxis& size);
Tensor adaptive_avg_pool3d(const Tensor& x, const PerAxis& size);
std::tuple<Tensor, Tensor> adaptive_max_pool1d(const Tensor& x, const PerAxis& size);
std::tuple<Tensor, Tensor> adaptive_max_pool2d(const Tensor& x, const PerAxis& size);
std::tuple<Tensor, Tensor> adaptive_max_pool3d(const Tensor& x, const PerAxis& size);

// --- images ------------------------------------------------------------------------------------
enum class PadMode : uint8_t { constant, reflect, replicate, circular };
/// Widths in pairs, last axis first, as in PyTorch; negative ones cut.
Tensor constant_pad(const Tensor& x, const ShapeArg& widths, double value = 0);
Tensor pad(const Tensor& x, const ShapeArg& widths, PadMode mode = PadMode::constant,
           double value = 0);
/// `mode` is "constant", which alone takes a value, "reflect", "replicate" or "circular".
/// Errors: pad.mode, pad.value.
Tensor pad(const Tensor& x, const ShapeArg& widths, std::string_view mode,
           std::optional<double> value = {});

enum class ResizeMode : uint8_t { nearest, nearest_exact, linear, cubic };
struct Resize {
    Shape size = {};                 ///< of the spatial axes; or
    std::vector<double> scale = {};  ///< how many times larger; with a size: from which places
                                     ///< follow, where it is more than 0
    ResizeMode mode = ResizeMode::nearest;
    bool align_corners = false;
    bool recompute_scale = false;
    bool antialias = false;  ///< linear and cubic: a smaller image is a mean of all that it covers
};
/// `linear` and `cubic` work along each spatial axis: bilinear, trilinear, bicubic.
Tensor interpolate(const Tensor& x, const Resize& options);
Tensor pixel_shuffle(const Tensor& x, int64_t factor);
Tensor pixel_unshuffle(const Tensor& x, int64_t factor);
Tensor channel_shuffle(const Tensor& x, int64_t groups);

// --- normalisation -----------------------------------------------------------------------------
/// Training normalises by the batch and updates the running statistics in place, by momentum.
/// `cudnn_enabled`, here and below, is without effect.
Tensor batch_norm(const Tensor& x, const Tensor& weight, const Tensor& bias,
                  const Tensor& running_mean, const Tensor& running_var, bool training,
                  double momentum = 0.1, double eps = 1e-5, bool cudnn_enabled = false);
Tensor instance_norm(const Tensor& x, const Tensor& weight = {}, const Tensor& bias = {},
                     double eps = 1e-5);
Tensor layer_norm(const Tensor& x, const ShapeArg& normalized, const Tensor& weight = {},
                  const Tensor& bias = {}, double eps = 1e-5, bool cudnn_enabled = false);
Tensor rms_norm(const Tensor& x, const ShapeArg& normalized, const Tensor& weight = {},
                std::optional<double> eps = {});
Tensor group_norm(const Tensor& x, int64_t groups, const Tensor& weight = {},
                  const Tensor& bias = {}, double eps = 1e-5, bool cudnn_enabled = false);
Tensor local_response_norm(const Tensor& x, int64_t size, double alpha = 1e-4, double beta = 0.75,
                           double k = 1);
/// x / max(norm, eps)
Tensor normalize(const Tensor& x, double p = 2, int64_t axis = 1, double eps = 1e-12);
Tensor cosine_similarity(const Tensor& a, const Tensor& b, int64_t axis = 1, double eps = 1e-8);
Tensor pairwise_distance(const Tensor& a, const Tensor& b, double p = 2, double eps = 1e-6,
                         bool keepdim = false);

// --- losses ------------------------------------------------------------------------------------
enum class Reduction : uint8_t {
    none,
    mean,
    sum,
    batchmean,
    // LibTorch's names.
    None = none,  // NOLINT
    Mean = mean,  // NOLINT
    Sum = sum,    // NOLINT
};
/// Targets are class indices; of those equal to ignore_index nothing counts.
Tensor nll_loss(const Tensor& x, const Tensor& target, const Tensor& weight = {},
                Reduction reduction = Reduction::mean, int64_t ignore_index = -100);
/// Targets are class indices, or probabilities of x's shape.
Tensor cross_entropy(const Tensor& x, const Tensor& target, const Tensor& weight = {},
                     Reduction reduction = Reduction::mean, int64_t ignore_index = -100,
                     double label_smoothing = 0);
Tensor mse_loss(const Tensor& x, const Tensor& target, Reduction reduction = Reduction::mean);
Tensor l1_loss(const Tensor& x, const Tensor& target, Reduction reduction = Reduction::mean);
Tensor huber_loss(const Tensor& x, const Tensor& target, Reduction reduction = Reduction::mean,
                  double delta = 1);
Tensor smooth_l1_loss(const Tensor& x, const Tensor& target, Reduction reduction = Reduction::mean,
                      double beta = 1);
Tensor binary_cross_entropy(const Tensor& x, const Tensor& target, const Tensor& weight = {},
                            Reduction reduction = Reduction::mean);
Tensor binary_cross_entropy_with_logits(const Tensor& x, const Tensor& target,
                                        const Tensor& weight = {},
                                        const Tensor& positive_weight = {},
                                        Reduction reduction = Reduction::mean);
Tensor kl_div(const Tensor& x, const Tensor& target, Reduction reduction = Reduction::mean,
              bool log_target = false);
Tensor poisson_nll_loss(const Tensor& x, const Tensor& target, bool log_input = true,
                        bool full_form = false, double eps = 1e-8,
                        Reduction reduction = Reduction::mean);
Tensor gaussian_nll_loss(const Tensor& x, const Tensor& target, const Tensor& variance,
                         bool full_form = false, double eps = 1e-6,
                         Reduction reduction = Reduction::mean);
Tensor soft_margin_loss(const Tensor& x, const Tensor& target,
                        Reduction reduction = Reduction::mean);
Tensor hinge_embedding_loss(const Tensor& x, const Tensor& target, double margin = 1,
                            Reduction reduction = Reduction::mean);
Tensor margin_ranking_loss(const Tensor& a, const Tensor& b, const Tensor& target,
                           double margin = 0, Reduction reduction = Reduction::mean);
Tensor cosine_embedding_loss(const Tensor& a, const Tensor& b, const Tensor& target,
                             double margin = 0, Reduction reduction = Reduction::mean);
Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                           double margin = 1, double p = 2, double eps = 1e-6, bool swap = false,
                           Reduction reduction = Reduction::mean);
Tensor multilabel_soft_margin_loss(const Tensor& x, const Tensor& target, const Tensor& weight = {},
                                   Reduction reduction = Reduction::mean);
Tensor multi_margin_loss(const Tensor& x, const Tensor& target, double p = 1, double margin = 1,
                         const Tensor& weight = {}, Reduction reduction = Reduction::mean);

}  // namespace lithe
