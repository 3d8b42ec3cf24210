#include "dsl/layers/batch_norm.h"

#include "dsl/autograd.h"
#include "dsl/functional/normalization.h"
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

/// The weight of the newest batch, a number in a tensor; counts the batch.
template <class Options>
Tensor next_momentum(const Options& options, const Tensor& num_batches_tracked, DType dtype) {
    const NoGradGuard no_grad;
    if (num_batches_tracked.defined()) num_batches_tracked.copy_(num_batches_tracked + 1);
    if (options.momentum() || !num_batches_tracked.defined()) {
        return full({}, options.momentum().value_or(0), dtype);
    }
    return reciprocal(num_batches_tracked.to(dtype));
}

}  // namespace

template <class Options>
NormBase<Options>::NormBase(const char* layer, const Options& norm_options)
    : options(norm_options) {
    check_positive(layer, "num_features", options.num_features(), 0);
    if (options.affine()) {
        weight = new_parameter({options.num_features()}, options.dtype());
        if (options.bias()) bias = new_parameter({options.num_features()}, options.dtype());
    }
    if (options.track_running_stats()) {
        running_mean = new_buffer({options.num_features()}, 0, options.dtype());
        running_var = new_buffer({options.num_features()}, 1, options.dtype());
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
    if (weight.defined()) init::ones_(weight);
    if (bias.defined()) init::zeros_(bias);
}

template <class Options>
std::string NormBase<Options>::extra_repr() const {
    return Repr()
        .add(options.num_features())
        .add("eps", options.eps())
        .add("momentum", options.momentum())
        .add("affine", options.affine())
        .add("bias", options.affine() && options.bias())
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
    if (!is_training() && tracks) {
        return functional::batch_norm(
            x, running_mean, running_var,
            functional::BatchNormFuncOptions().weight(weight).bias(bias).eps(options.eps()));
    }
    // Without tracking, training leaves the statistics as they are.
    const bool moves = is_training() && tracks && options.track_running_stats();
    const Tensor momentum =
        moves ? next_momentum(options, num_batches_tracked, x.dtype()) : Tensor();
    return batch_norm_training(x, weight, bias, moves ? running_mean : Tensor(),
                               moves ? running_var : Tensor(), momentum, options.eps());
}

InstanceNormImpl::InstanceNormImpl(const InstanceNormOptions& norm_options, int64_t rank)
    : NormBase("instance_norm", norm_options), rank_(rank) {}

Tensor InstanceNormImpl::forward(const Tensor& x) {
    check_rank("instance_norm", x, rank_ - 1, rank_);
    if (x.dim() == rank_ - 1) return squeeze(forward(unsqueeze(x, 0)), 0);
    const bool tracks = running_mean.defined() && options.track_running_stats();
    return functional::instance_norm(x, functional::InstanceNormFuncOptions()
                                            .running_mean(running_mean)
                                            .running_var(running_var)
                                            .weight(weight)
                                            .bias(bias)
                                            .use_input_stats(is_training() || !tracks)
                                            .momentum(options.momentum().value_or(0))
                                            .eps(options.eps()));
}

}  // namespace lithe::nn
