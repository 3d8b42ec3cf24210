#include "dsl/layers/normalization.h"

#include <cmath>

#include "dsl/functional/normalization.h"
#include "dsl/init.h"
#include "dsl/layers/make.h"
#include "dsl/ops.h"
#include "dsl/repr.h"

namespace lithe::nn {

LayerNormImpl::LayerNormImpl(const LayerNormOptions& norm_options) : options(norm_options) {
    if (options.elementwise_affine()) {
        weight = new_parameter(options.normalized_shape(), options.dtype());
        if (options.bias()) bias = new_parameter(options.normalized_shape(), options.dtype());
    }
    reset_parameters();
}

void LayerNormImpl::reset_parameters() {
    if (weight.defined()) init::ones_(weight);
    if (bias.defined()) init::zeros_(bias);
}

Tensor LayerNormImpl::forward(const Tensor& x) {
    return functional::layer_norm(x, functional::LayerNormFuncOptions(options.normalized_shape())
                                         .weight(weight)
                                         .bias(bias)
                                         .eps(options.eps()));
}

std::string LayerNormImpl::extra_repr() const {
    return Repr()
        .add(options.normalized_shape())
        .add("eps", options.eps())
        .add("elementwise_affine", options.elementwise_affine())
        .add("bias", options.elementwise_affine() && options.bias())
        .str();
}

void LayerNormImpl::visit_members(FieldVisitor& visitor) {
    visitor.tensor("weight", weight, TensorFieldKind::parameter);
    visitor.tensor("bias", bias, TensorFieldKind::parameter);
}

RMSNormImpl::RMSNormImpl(const RMSNormOptions& norm_options) : options(norm_options) {
    if (options.elementwise_affine())
        weight = new_parameter(options.normalized_shape(), options.dtype());
    reset_parameters();
}

void RMSNormImpl::reset_parameters() {
    if (weight.defined()) init::ones_(weight);
}

Tensor RMSNormImpl::forward(const Tensor& x) {
    return functional::rms_norm(x, functional::RMSNormFuncOptions(options.normalized_shape())
                                       .weight(weight)
                                       .eps(options.eps()));
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
        weight = new_parameter({options.num_channels()}, options.dtype());
        if (options.bias()) bias = new_parameter({options.num_channels()}, options.dtype());
    }
    reset_parameters();
}

void GroupNormImpl::reset_parameters() {
    if (weight.defined()) init::ones_(weight);
    if (bias.defined()) init::zeros_(bias);
}

Tensor GroupNormImpl::forward(const Tensor& x) {
    return functional::group_norm(x, functional::GroupNormFuncOptions(options.num_groups())
                                         .weight(weight)
                                         .bias(bias)
                                         .eps(options.eps()));
}

std::string GroupNormImpl::extra_repr() const {
    return Repr()
        .add(options.num_groups())
        .add(options.num_channels())
        .add("eps", options.eps())
        .add("affine", options.affine())
        .add("bias", options.affine() && options.bias())
        .str();
}

void GroupNormImpl::visit_members(FieldVisitor& visitor) {
    visitor.tensor("weight", weight, TensorFieldKind::parameter);
    visitor.tensor("bias", bias, TensorFieldKind::parameter);
}

Tensor LocalResponseNormImpl::forward(const Tensor& x) {
    return functional::local_response_norm(x, options);
}

std::string LocalResponseNormImpl::extra_repr() const {
    return Repr()
        .add(options.size())
        .add("alpha", options.alpha())
        .add("beta", options.beta())
        .add("k", options.k())
        .str();
}

Tensor CrossMapLRN2dImpl::forward(const Tensor& x) {
    if (x.dim() != 4) {
        throw UserError("cross_map_lrn2d.rank",
                        "cross_map_lrn2d: expected [N, C, H, W], got " + x.type().str());
    }
    // The window is symmetric. From channel `reach` on the first channel counts once more: so
    // PyTorch slides it.
    const int64_t reach = (options.size() - 1) / 2 + 1, wide = 2 * reach - 1;
    const Tensor squares = x * x;
    const Tensor padded =
        constant_pad(flatten(unsqueeze(squares, 1), 3, -1), {0, 0, reach - 1, reach - 1});
    const Tensor sums = reshape(avg_pool2d(padded, PerAxis{wide, 1}, PerAxis{1}) * wide, x.sizes());
    const Tensor is_late = reshape(arange(x.size(1)) >= reach, {Dim(1), x.size(1), Dim(1), Dim(1)});
    const Tensor total = sums + where(is_late, narrow(squares, 1, 0, 1), 0);
    const double alpha = options.alpha() / static_cast<double>(options.size());
    return x * pow(total * alpha + options.k(), -options.beta());
}

std::string CrossMapLRN2dImpl::extra_repr() const {
    const double k = options.k();  // an integer in PyTorch, unless told otherwise
    Repr repr;
    repr.add(options.size()).add("alpha", options.alpha()).add("beta", options.beta());
    return k == std::floor(k) ? repr.add("k", static_cast<int64_t>(k)).str()
                              : repr.add("k", k).str();
}

}  // namespace lithe::nn
