#include "dsl/layers/normalization.h"

#include "dsl/init.h"
#include "dsl/layers/make.h"
#include "dsl/ops.h"
#include "dsl/repr.h"

namespace lithe::nn {

LayerNormImpl::LayerNormImpl(const LayerNormOptions& norm_options) : options(norm_options) {
    if (options.elementwise_affine()) {
        weight = new_parameter(options.normalized_shape());
        if (options.bias()) bias = new_parameter(options.normalized_shape());
    }
    reset_parameters();
}

void LayerNormImpl::reset_parameters() {
    if (weight.defined()) init::ones_(weight);
    if (bias.defined()) init::zeros_(bias);
}

Tensor LayerNormImpl::forward(const Tensor& x) {
    return layer_norm(x, to_shape(options.normalized_shape()), weight, bias, options.eps());
}

std::string LayerNormImpl::extra_repr() const {
    return Repr()
        .add(options.normalized_shape())
        .add("eps", options.eps())
        .add("elementwise_affine", options.elementwise_affine())
        .str();
}

void LayerNormImpl::visit_members(FieldVisitor& visitor) {
    visitor.tensor("weight", weight, TensorFieldKind::parameter);
    visitor.tensor("bias", bias, TensorFieldKind::parameter);
}

RMSNormImpl::RMSNormImpl(const RMSNormOptions& norm_options) : options(norm_options) {
    if (options.elementwise_affine()) weight = new_parameter(options.normalized_shape());
    reset_parameters();
}

void RMSNormImpl::reset_parameters() {
    if (weight.defined()) init::ones_(weight);
}

Tensor RMSNormImpl::forward(const Tensor& x) {
    return rms_norm(x, to_shape(options.normalized_shape()), weight, options.eps());
}

std::string RMSNormImpl::extra_repr() const {
    return Repr()
        .add(options.normalized_shape())
        .add("eps", options.eps())
        .add("elementwise_affine", options.elementwise_affine())
        .str();
}

void RMSNormImpl::visit_members(FieldVisitor& visitor) {
    visitor.tensor("weight", weight, TensorFieldKind::parameter);
}

GroupNormImpl::GroupNormImpl(const GroupNormOptions& norm_options) : options(norm_options) {
    check_positive("group_norm", "num_groups", options.num_groups());
    if (options.num_channels() % options.num_groups() != 0) {
        throw UserError("group_norm.groups", "group_norm: num_channels " +
                                                 std::to_string(options.num_channels()) +
                                                 " must be divisible by num_groups " +
                                                 std::to_string(options.num_groups()));
    }
    if (options.affine()) {
        weight = new_parameter({options.num_channels()});
        bias = new_parameter({options.num_channels()});
    }
    reset_parameters();
}

void GroupNormImpl::reset_parameters() {
    if (!weight.defined()) return;
    init::ones_(weight);
    init::zeros_(bias);
}

Tensor GroupNormImpl::forward(const Tensor& x) {
    return group_norm(x, options.num_groups(), weight, bias, options.eps());
}

std::string GroupNormImpl::extra_repr() const {
    return Repr()
        .add(options.num_groups())
        .add(options.num_channels())
        .add("eps", options.eps())
        .add("affine", options.affine())
        .str();
}

void GroupNormImpl::visit_members(FieldVisitor& visitor) {
    visitor.tensor("weight", weight, TensorFieldKind::parameter);
    visitor.tensor("bias", bias, TensorFieldKind::parameter);
}

Tensor LocalResponseNormImpl::forward(const Tensor& x) {
    return local_response_norm(x, options.size(), options.alpha(), options.beta(), options.k());
}

std::string LocalResponseNormImpl::extra_repr() const {
    return Repr()
        .add(options.size())
        .add("alpha", options.alpha())
        .add("beta", options.beta())
        .add("k", options.k())
        .str();
}

}  // namespace lithe::nn
