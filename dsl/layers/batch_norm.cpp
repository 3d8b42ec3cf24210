#include "dsl/layers/batch_norm.h"

#include "dsl/autograd.h"
#include "dsl/init.h"
#include "dsl/layers/make.h"
#include "dsl/ops.h"
#include "dsl/repr.h"

namespace lithe::nn {
namespace {

void check_rank(const char* layer, const Tensor& x, int64_t least, int64_t most) {
    if (x.dim() >= least && x.dim() <= most) return;
    throw UserError(std::string(layer) + ".rank",
                    std::string(layer) + ": expected " + std::to_string(least) +
                        (least == most ? "" : " or " + std::to_string(most)) + " axes, got " +
                        x.type().str());
}

/// The weight of the newest batch; counts the batch.
template <class Options>
double next_momentum(const Options& options, const Tensor& num_batches_tracked) {
    if (num_batches_tracked.defined()) {
        const NoGradGuard no_grad;
        num_batches_tracked.copy_(num_batches_tracked + 1);
        if (!options.momentum()) return 1 / num_batches_tracked.item<double>();
    }
    return options.momentum().value_or(0);
}

}  // namespace

template <class Options>
NormBase<Options>::NormBase(const char* layer, const Options& norm_options)
    : options(norm_options) {
    check_positive(layer, "num_features", options.num_features(), 0);
    if (options.affine()) {
        weight = new_parameter({options.num_features()});
        bias = new_parameter({options.num_features()});
    }
    if (options.track_running_stats()) {
        running_mean = new_buffer({options.num_features()});
        running_var = new_buffer({options.num_features()}, 1);
        num_batches_tracked = new_buffer({}, 0, DType::i64);
    }
    reset_parameters();
}

template <class Options>
void NormBase<Options>::reset_running_stats() {
    if (!running_mean.defined()) return;
    init::zeros_(running_mean);
    init::ones_(running_var);
    init::zeros_(num_batches_tracked);
}

template <class Options>
void NormBase<Options>::reset_parameters() {
    reset_running_stats();
    if (!weight.defined()) return;
    init::ones_(weight);
    init::zeros_(bias);
}

template <class Options>
std::string NormBase<Options>::extra_repr() const {
    return Repr()
        .add(options.num_features())
        .add("eps", options.eps())
        .add("momentum", options.momentum())
        .add("affine", options.affine())
        .add("track_running_stats", options.track_running_stats())
        .str();
}

template <class Options>
void NormBase<Options>::visit_members(FieldVisitor& visitor) {
    visitor.tensor("weight", weight, TensorFieldKind::parameter);
    visitor.tensor("bias", bias, TensorFieldKind::parameter);
    const auto buffer = [&](const char* name, Tensor& tensor) {
        visitor.tensor(name, tensor, TensorFieldKind::buffer);
    };
    buffer("running_mean", running_mean);
    buffer("running_var", running_var);
    buffer("num_batches_tracked", num_batches_tracked);
}

template <class Options>
void NormBase<Options>::upgrade_state(StateDict& dict, const std::string& prefix, int64_t version) {
    const std::string key = prefix + "num_batches_tracked";
    if (version >= 2 || !num_batches_tracked.defined() || dict.contains(key)) return;
    dict.insert(key, new_buffer({}, 0, DType::i64));
}

template class NormBase<BatchNormOptions>;
template class NormBase<InstanceNormOptions>;

BatchNormImpl::BatchNormImpl(const BatchNormOptions& norm_options, int64_t least_rank,
                             int64_t most_rank)
    : NormBase("batch_norm", norm_options), least_rank_(least_rank), most_rank_(most_rank) {}

Tensor BatchNormImpl::forward(const Tensor& x) {
    check_rank("batch_norm", x, least_rank_, most_rank_);
    const bool tracks = running_mean.defined() && running_var.defined();
    const bool uses_batch = is_training() || !tracks;
    const double momentum = is_training() && tracks && options.track_running_stats()
                                ? next_momentum(options, num_batches_tracked)
                                : options.momentum().value_or(0);
    // Without tracking, training leaves the statistics as they are.
    const bool passes = !is_training() || options.track_running_stats();
    return batch_norm(x, weight, bias, passes ? running_mean : Tensor(),
                      passes ? running_var : Tensor(), uses_batch, momentum, options.eps());
}

InstanceNormImpl::InstanceNormImpl(const InstanceNormOptions& norm_options, int64_t rank)
    : NormBase("instance_norm", norm_options), rank_(rank) {}

Tensor InstanceNormImpl::forward(const Tensor& x) {
    check_rank("instance_norm", x, rank_ - 1, rank_);
    if (x.dim() == rank_ - 1) return squeeze(forward(unsqueeze(x, 0)), 0);
    const bool tracks = running_mean.defined() && options.track_running_stats();
    if (!is_training() && tracks) {
        return batch_norm(x, weight, bias, running_mean, running_var, /*training=*/false,
                          options.momentum().value_or(0), options.eps());
    }
    if (tracks) {
        const NoGradGuard no_grad;
        const double momentum = next_momentum(options, num_batches_tracked);
        Sizes axes;
        Dim count = 1;
        for (int64_t axis = 2; axis < rank_; ++axis) {
            axes.push_back(axis);
            count = count * x.size(axis);
        }
        const Tensor center = mean(x, Axes(axes), /*keepdim=*/true), away = x - center;
        const Tensor variance = sum(away * away, Axes(axes)) / (count - 1);
        running_mean.copy_(running_mean * (1 - momentum) +
                           reshape(mean(center, Axes(0)), running_mean.sizes()) * momentum);
        running_var.copy_(running_var * (1 - momentum) + mean(variance, Axes(0)) * momentum);
    }
    return instance_norm(x, weight, bias, options.eps());
}

}  // namespace lithe::nn
