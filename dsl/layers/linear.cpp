#include "dsl/layers/linear.h"

#include <cmath>

#include "dsl/init.h"
#include "dsl/layers/make.h"
#include "dsl/ops.h"
#include "dsl/repr.h"

namespace lithe::nn {

LinearImpl::LinearImpl(const LinearOptions& linear_options) : options(linear_options) {
    check_positive("linear", "in_features", options.in_features(), 0);
    check_positive("linear", "out_features", options.out_features(), 0);
    weight = new_parameter({options.out_features(), options.in_features()}, options.dtype());
    if (options.bias()) bias = new_parameter({options.out_features()}, options.dtype());
    reset_parameters();
}

void LinearImpl::reset_parameters() {
    init::kaiming_uniform_(weight, std::sqrt(5.0));
    const auto fan_in = static_cast<double>(options.in_features());
    const double limit = fan_in > 0 ? 1 / std::sqrt(fan_in) : 0;
    if (bias.defined()) init::uniform_(bias, -limit, limit);
}

Tensor LinearImpl::forward(const Tensor& x) { return linear(x, weight, bias); }

std::string LinearImpl::extra_repr() const {
    return Repr()
        .add("in_features", options.in_features())
        .add("out_features", options.out_features())
        .add("bias", options.bias())
        .str();
}

void LinearImpl::visit_members(FieldVisitor& visitor) {
    visitor.tensor("weight", weight, TensorFieldKind::parameter);
    visitor.tensor("bias", bias, TensorFieldKind::parameter);
}

BilinearImpl::BilinearImpl(const BilinearOptions& bilinear_options) : options(bilinear_options) {
    check_positive("bilinear", "in1_features", options.in1_features());
    weight = new_parameter({options.out_features(), options.in1_features(), options.in2_features()},
                           options.dtype());
    if (options.bias()) bias = new_parameter({options.out_features()}, options.dtype());
    reset_parameters();
}

void BilinearImpl::reset_parameters() {
    const double limit = 1 / std::sqrt(static_cast<double>(options.in1_features()));
    init::uniform_(weight, -limit, limit);
    if (bias.defined()) init::uniform_(bias, -limit, limit);
}

Tensor BilinearImpl::forward(const Tensor& a, const Tensor& b) {
    return bilinear(a, b, weight, bias);
}

std::string BilinearImpl::extra_repr() const {
    return Repr()
        .add("in1_features", options.in1_features())
        .add("in2_features", options.in2_features())
        .add("out_features", options.out_features())
        .add("bias", bias.defined())
        .str();
}

void BilinearImpl::visit_members(FieldVisitor& visitor) {
    visitor.tensor("weight", weight, TensorFieldKind::parameter);
    visitor.tensor("bias", bias, TensorFieldKind::parameter);
}

Tensor FlattenImpl::forward(const Tensor& x) {
    return flatten(x, options.start_dim(), options.end_dim());
}

std::string FlattenImpl::extra_repr() const {
    return Repr().add("start_dim", options.start_dim()).add("end_dim", options.end_dim()).str();
}

Tensor UnflattenImpl::forward(const Tensor& x) {
    return unflatten(x, options.dim(), to_shape(options.sizes()));
}

std::string UnflattenImpl::extra_repr() const {
    return Repr().add("dim", options.dim()).add("unflattened_size", options.sizes()).str();
}

}  // namespace lithe::nn
