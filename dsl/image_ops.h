// Functions over images beyond convolution and plain pooling: columns, unpooling, sampling at
// points. Included by dsl/ops.h.
#pragma once

#include "dsl/nn_ops.h"

namespace lithe {

// --- columns -----------------------------------------------------------------------------------
/// [N, C, H, W] to the windows of the image, one column each: [N, C * taps, L].
Tensor im2col(const Tensor& x, const PerAxis& kernel, const PerAxis& dilation = 1,
              const PerAxis& padding = 0, const PerAxis& stride = 1);
/// The transpose of im2col: columns added up to an image of these sizes.
Tensor col2im(const Tensor& x, const ShapeArg& image, const PerAxis& kernel,
              const PerAxis& dilation = 1, const PerAxis& padding = 0, const PerAxis& stride = 1);

// --- pooling -----------------------------------------------------------------------------------
std::tuple<Tensor, Tensor> max_pool1d_with_indices(const Tensor& x, const PerAxis& kernel,
                                                   const PerAxis& stride = {},
                                                   const PerAxis& padding = 0,
                                                   const PerAxis& dilation = 1,
                                                   bool ceil_mode = false);
std::tuple<Tensor, Tensor> max_pool2d_with_indices(const Tensor& x, const PerAxis& kernel,
                                                   const PerAxis& stride = {},
                                                   const PerAxis& padding = 0,
                                                   const PerAxis& dilation = 1,
                                                   bool ceil_mode = false);
std::tuple<Tensor, Tensor> max_pool3d_with_indices(const Tensor& x, const PerAxis& kernel,
                                                   const PerAxis& stride = {},
                                                   const PerAxis& padding = 0,
                                                   const PerAxis& dilation = 1,
                                                   bool ceil_mode = false);
/// Puts the values where the indices of max_pool say, into an image of `size`, 0 elsewhere; as many
/// spatial axes as sizes. Errors: max_unpool.rank, max_unpool.index, scatter.range.
Tensor max_unpool(const Tensor& x, const Tensor& index, const ShapeArg& size);
Tensor max_unpool2d(const Tensor& x, const Tensor& index, const ShapeArg& size);
Tensor max_unpool3d(const Tensor& x, const Tensor& index, const ShapeArg& size);
/// Maxima of windows whose places the samples [N, C, axes], within 0..1, shift; and their indices.
/// Source: Graham, "Fractional Max-Pooling", 2014.  Errors: fractional_max_pool.*.
std::tuple<Tensor, Tensor> fractional_max_pool(const Tensor& x, const PerAxis& kernel,
                                               const Shape& size, const Tensor& samples);
std::tuple<Tensor, Tensor> fractional_max_pool2d(const Tensor& x, const PerAxis& kernel,
                                                 const Shape& size, const Tensor& samples);
std::tuple<Tensor, Tensor> fractional_max_pool3d(const Tensor& x, const PerAxis& kernel,
                                                 const Shape& size, const Tensor& samples);
/// (sum of x^p over each window)^(1/p), computed as PyTorch does: sign(s) relu(|s|) first.
Tensor lp_pool(const Tensor& x, double p, const PoolOptions& options);

// --- sampling ----------------------------------------------------------------------------------
enum class GridMode : uint8_t { bilinear, nearest, bicubic };
enum class GridPadding : uint8_t { zeros, border, reflection };
struct GridSample {
    GridMode mode = GridMode::bilinear;
    GridPadding padding = GridPadding::zeros;
    bool align_corners = false;
};
/// x [N, C, (D,) H, W] at the points of grid [N, ..., 2 or 3], whose last axis is (x, y[, z]) in
/// -1..1. Errors: grid_sample.rank, grid_sample.grid, grid_sample.mode.
Tensor grid_sample(const Tensor& x, const Tensor& grid, const GridSample& options = {});
/// The points of an image of `size` [N, C, (D,) H, W] under theta [N, 2, 3] or [N, 3, 4].
/// Errors: affine_grid.theta.
Tensor affine_grid(const Tensor& theta, const ShapeArg& size, bool align_corners = false);

// --- embedding ---------------------------------------------------------------------------------
enum class BagMode : uint8_t { sum, mean, max };
struct EmbeddingBagSettings {
    BagMode mode = BagMode::mean;
    int64_t padding_idx = -1;  ///< an index that counts for nothing; -1: none
    bool include_last_offset = false;
    bool scale_grad_by_freq = false;
};
/// index [bags, length], or [N] with `offsets` [bags] that say where each begins.
/// Errors: embedding_bag.*.
Tensor embedding_bag(const Tensor& weight, const Tensor& index, const Tensor& offsets = {},
                     const Tensor& per_sample_weights = {},
                     const EmbeddingBagSettings& settings = {});
/// Scales the rows that are looked up down to the norm, in place.
void embedding_renorm_(const Tensor& weight, const Tensor& index, double max_norm,
                       double norm_type);
/// y whose gradient is divided, row by row, by how often the row's index occurs.
Tensor scale_grad_by_freq(const Tensor& y, const Tensor& index, int64_t rows);

// --- normalisation -----------------------------------------------------------------------------
/// Normalises by the input's statistics, which then move the running ones where given, or by the
/// running ones. Errors: instance_norm.rank, instance_norm.statistics.
Tensor instance_norm(const Tensor& x, const Tensor& weight, const Tensor& bias,
                     const Tensor& running_mean, const Tensor& running_var, bool use_input_stats,
                     double momentum, double eps, bool cudnn_enabled = false);
/// Moves running statistics towards those of a batch: momentum is the weight of the newest, a
/// number in a tensor.
void update_statistics(const Tensor& running, const Tensor& newest, const Tensor& momentum);
/// batch_norm in training whose momentum is data: the reciprocal of a count, say.
Tensor batch_norm_training(const Tensor& x, const Tensor& weight, const Tensor& bias,
                           const Tensor& running_mean, const Tensor& running_var,
                           const Tensor& momentum, double eps);

// --- distances and losses ----------------------------------------------------------------------
/// Distances between all pairs of rows i < j of x [N, M], row by row.
Tensor pdist(const Tensor& x, double p = 2);
/// target: indices of the classes that hold, ended by -1.  Errors: multilabel_margin_loss.*.
Tensor multilabel_margin_loss(const Tensor& x, const Tensor& target,
                              Reduction reduction = Reduction::mean);
/// -log of the probability of all alignments of the targets with log_probs [T, N, C] (or [T, C]).
///
/// targets: [N, S], or all one after the other; the lengths are [N] each.  As in PyTorch the
/// gradient is the one behind a log_softmax.  Errors: ctc_loss.*. Source: Graves et al.,
/// "Connectionist Temporal Classification", ICML 2006.
Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, int64_t blank = 0,
                Reduction reduction = Reduction::mean, bool zero_infinity = false);
Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const Sizes& input_lengths,
                const Sizes& target_lengths, int64_t blank = 0,
                Reduction reduction = Reduction::mean, bool zero_infinity = false);

}  // namespace lithe
