#include "dsl/functional/linear.h"

#include "dsl/ops.h"

namespace lithe::nn::functional {

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
    return lithe::linear(x, weight, bias);
}
Tensor bilinear(const Tensor& a, const Tensor& b, const Tensor& weight, const Tensor& bias) {
    return lithe::bilinear(a, b, weight, bias);
}
Tensor cosine_similarity(const Tensor& a, const Tensor& b,
                         const CosineSimilarityFuncOptions& options) {
    return lithe::cosine_similarity(a, b, options.dim(), options.eps());
}
Tensor pairwise_distance(const Tensor& a, const Tensor& b,
                         const PairwiseDistanceFuncOptions& options) {
    return lithe::pairwise_distance(a, b, options.p(), options.eps(), options.keepdim());
}
Tensor pdist(const Tensor& x, double p) { return lithe::pdist(x, p); }

}  // namespace lithe::nn::functional
