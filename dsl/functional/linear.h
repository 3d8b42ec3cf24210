// nn::functional: products and distances.
#pragma once

#include "dsl/layers/linear.h"
#include "dsl/layers/vision.h"

namespace lithe::nn::functional {

using CosineSimilarityFuncOptions = CosineSimilarityOptions;
using PairwiseDistanceFuncOptions = PairwiseDistanceOptions;

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {});
Tensor bilinear(const Tensor& a, const Tensor& b, const Tensor& weight, const Tensor& bias = {});
Tensor cosine_similarity(const Tensor& a, const Tensor& b,
                         const CosineSimilarityFuncOptions& options = {});
Tensor pairwise_distance(const Tensor& a, const Tensor& b,
                         const PairwiseDistanceFuncOptions& options = {});
/// Distances between all pairs of rows. Errors: pdist.rank.
Tensor pdist(const Tensor& x, double p = 2);

}  // namespace lithe::nn::functional
