// nn::functional: rows of tables.
#pragma once

#include "dsl/layers/embedding.h"

namespace lithe::nn::functional {

class EmbeddingFuncOptions {
public:
    LITHE_ARG(std::optional<int64_t>, padding_idx);
    /// The rows that are looked up are first scaled down to this norm, in place.
    LITHE_ARG(std::optional<double>, max_norm);
    LITHE_ARG(double, norm_type) = 2;
    LITHE_ARG(bool, scale_grad_by_freq) = false;
    /// Accepted for source compatibility: gradients are dense.
    LITHE_ARG(bool, sparse) = false;
};

class EmbeddingBagFuncOptions {
public:
    LITHE_ARG(Tensor, offsets);
    LITHE_ARG(std::optional<double>, max_norm);
    LITHE_ARG(double, norm_type) = 2;
    LITHE_ARG(bool, scale_grad_by_freq) = false;
    LITHE_ARG(Choice, mode) = kMean;
    LITHE_ARG(bool, sparse) = false;
    LITHE_ARG(Tensor, per_sample_weights);
    LITHE_ARG(bool, include_last_offset) = false;
    LITHE_ARG(std::optional<int64_t>, padding_idx);
};

/// Fewer than 0 classes: as many as the largest index needs.
Tensor one_hot(const Tensor& index, int64_t num_classes = -1);
/// Errors: embedding.padding_idx, embedding.weight.
Tensor embedding(const Tensor& index, const Tensor& weight,
                 const EmbeddingFuncOptions& options = {});
/// Errors: embedding_bag.*.
Tensor embedding_bag(const Tensor& index, const Tensor& weight,
                     const EmbeddingBagFuncOptions& options = {});

}  // namespace lithe::nn::functional
