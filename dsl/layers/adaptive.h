#pragma once

#include <vector>

#include "dsl/arg.h"
#include "dsl/layers/container.h"
#include "dsl/layers/linear.h"

namespace lithe::nn {

class AdaptiveLogSoftmaxWithLossOptions {
public:
    AdaptiveLogSoftmaxWithLossOptions(int64_t in_features, int64_t n_classes, Sizes cutoffs)
        : in_features_(in_features), n_classes_(n_classes), cutoffs_(std::move(cutoffs)) {}
    LITHE_ARG(int64_t, in_features);
    LITHE_ARG(int64_t, n_classes);
    /// Where the clusters of rarer classes begin.
    LITHE_ARG(Sizes, cutoffs);
    /// How many times narrower each cluster is than the one before.
    LITHE_ARG(double, div_value) = 4;
    LITHE_ARG(bool, head_bias) = false;
    LITHE_ARG(DType, dtype) = DType::f32;
};

/// The log probability of each target, and the mean of their negatives.
struct ASMoutput {
    Tensor output, loss;
};

/// log softmax over many classes, the rare ones in clusters with narrower projections.
///
/// x [N, in_features] or [in_features].  Errors: adaptive_log_softmax.*.
/// Source: Grave et al., "Efficient softmax approximation for GPUs", ICML 2017.
class AdaptiveLogSoftmaxWithLossImpl : public Module {
public:
    AdaptiveLogSoftmaxWithLossImpl(int64_t in_features, int64_t n_classes, Sizes cutoffs)
        : AdaptiveLogSoftmaxWithLossImpl(
              AdaptiveLogSoftmaxWithLossOptions(in_features, n_classes, std::move(cutoffs))) {}
    explicit AdaptiveLogSoftmaxWithLossImpl(const AdaptiveLogSoftmaxWithLossOptions& options);

    ASMoutput forward(const Tensor& x, const Tensor& target);
    /// The log probabilities of all classes, [N, n_classes].
    Tensor log_prob(const Tensor& x);
    /// The most likely class of each sample.
    Tensor predict(const Tensor& x);
    void reset_parameters();
    void visit_members(FieldVisitor& visitor) override;

    AdaptiveLogSoftmaxWithLossOptions options;
    Linear head{nullptr};
    ModuleList tail;

private:
    /// Log probabilities within each cluster.
    Tensors clusters(const Tensor& x);
};
LITHE_MODULE(AdaptiveLogSoftmaxWithLoss);

}  // namespace lithe::nn
