#pragma once

#include <optional>

#include "dsl/arg.h"
#include "dsl/holder.h"

namespace lithe::nn {

/// Options of BatchNorm; those of InstanceNorm differ in their defaults.
class BatchNormOptions {
public:
    BatchNormOptions(int64_t num_features) : num_features_(num_features) {}
    LITHE_ARG(int64_t, num_features);
    LITHE_ARG(double, eps) = 1e-5;
    /// Weight of the newest batch in the running statistics; none: all batches weigh the same.
    LITHE_ARG(std::optional<double>, momentum) = 0.1;
    LITHE_ARG(bool, affine) = true;
    /// Of an affine layer.
    LITHE_ARG(bool, bias) = true;
    LITHE_ARG(bool, track_running_stats) = true;
    LITHE_ARG(DType, dtype) = DType::f32;
};
using BatchNorm1dOptions = BatchNormOptions;
using BatchNorm2dOptions = BatchNormOptions;
using BatchNorm3dOptions = BatchNormOptions;

class InstanceNormOptions {
public:
    InstanceNormOptions(int64_t num_features) : num_features_(num_features) {}
    LITHE_ARG(int64_t, num_features);
    LITHE_ARG(double, eps) = 1e-5;
    LITHE_ARG(std::optional<double>, momentum) = 0.1;
    LITHE_ARG(bool, affine) = false;
    /// Of an affine layer.
    LITHE_ARG(bool, bias) = true;
    LITHE_ARG(bool, track_running_stats) = false;
    LITHE_ARG(DType, dtype) = DType::f32;
};
using InstanceNorm1dOptions = InstanceNormOptions;
using InstanceNorm2dOptions = InstanceNormOptions;
using InstanceNorm3dOptions = InstanceNormOptions;

/// What batch and instance norm share: weight, bias and the running statistics, one number a
/// channel each.
template <class Options>
class NormBase : public Module {
public:
    NormBase(const char* layer, const Options& options);

    void reset_running_stats();
    void reset_parameters();
    std::string extra_repr() const override;
    void visit_members(FieldVisitor& visitor) override;
    int64_t state_version() const override { return 2; }
    /// Before version 2 there was no num_batches_tracked.
    void upgrade_state(StateDict& dict, const std::string& prefix, int64_t version) override;

    Options options;
    Tensor weight, bias, running_mean, running_var, num_batches_tracked;
};

extern template class NormBase<BatchNormOptions>;
extern template class NormBase<InstanceNormOptions>;

/// (x - mean) / sqrt(var + eps) * weight + bias, over all but the channels.
///
/// Training: statistics of the batch (biased variance), which also move running_mean and
/// running_var (unbiased); evaluation: the running ones.  Errors: batch_norm.*.
class BatchNormImpl : public NormBase<BatchNormOptions> {
public:
    BatchNormImpl(const BatchNormOptions& options, int64_t least_rank, int64_t most_rank);
    Tensor forward(const Tensor& x);

private:
    int64_t least_rank_, most_rank_;
};

class BatchNorm1dImpl : public BatchNormImpl {
public:
    BatchNorm1dImpl(const BatchNormOptions& norm_options) : BatchNormImpl(norm_options, 2, 3) {}
    explicit BatchNorm1dImpl(int64_t num_features)
        : BatchNorm1dImpl(BatchNormOptions(num_features)) {}
};
class BatchNorm2dImpl : public BatchNormImpl {
public:
    BatchNorm2dImpl(const BatchNormOptions& norm_options) : BatchNormImpl(norm_options, 4, 4) {}
    explicit BatchNorm2dImpl(int64_t num_features)
        : BatchNorm2dImpl(BatchNormOptions(num_features)) {}
};
class BatchNorm3dImpl : public BatchNormImpl {
public:
    BatchNorm3dImpl(const BatchNormOptions& norm_options) : BatchNormImpl(norm_options, 5, 5) {}
    explicit BatchNorm3dImpl(int64_t num_features)
        : BatchNorm3dImpl(BatchNormOptions(num_features)) {}
};
LITHE_MODULE(BatchNorm1d);
LITHE_MODULE(BatchNorm2d);
LITHE_MODULE(BatchNorm3d);

/// Batch norm of any rank from 2 on; within one process it is plain batch norm.
class SyncBatchNormImpl : public BatchNormImpl {
public:
    SyncBatchNormImpl(const BatchNormOptions& norm_options) : BatchNormImpl(norm_options, 2, 5) {}
    explicit SyncBatchNormImpl(int64_t num_features)
        : SyncBatchNormImpl(BatchNormOptions(num_features)) {}
};
LITHE_MODULE(SyncBatchNorm);

/// The same over each sample's spatial axes alone.
class InstanceNormImpl : public NormBase<InstanceNormOptions> {
public:
    InstanceNormImpl(const InstanceNormOptions& options, int64_t rank);
    Tensor forward(const Tensor& x);

private:
    int64_t rank_;
};

class InstanceNorm1dImpl : public InstanceNormImpl {
public:
    InstanceNorm1dImpl(const InstanceNormOptions& norm_options)
        : InstanceNormImpl(norm_options, 3) {}
    explicit InstanceNorm1dImpl(int64_t num_features)
        : InstanceNorm1dImpl(InstanceNormOptions(num_features)) {}
};
class InstanceNorm2dImpl : public InstanceNormImpl {
public:
    InstanceNorm2dImpl(const InstanceNormOptions& norm_options)
        : InstanceNormImpl(norm_options, 4) {}
    explicit InstanceNorm2dImpl(int64_t num_features)
        : InstanceNorm2dImpl(InstanceNormOptions(num_features)) {}
};
class InstanceNorm3dImpl : public InstanceNormImpl {
public:
    InstanceNorm3dImpl(const InstanceNormOptions& norm_options)
        : InstanceNormImpl(norm_options, 5) {}
    explicit InstanceNorm3dImpl(int64_t num_features)
        : InstanceNorm3dImpl(InstanceNormOptions(num_features)) {}
};
LITHE_MODULE(InstanceNorm1d);
LITHE_MODULE(InstanceNorm2d);
LITHE_MODULE(InstanceNorm3d);

}  // namespace lithe::nn
