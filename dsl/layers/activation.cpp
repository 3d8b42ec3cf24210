#include "dsl/layers/activation.h"

#include "dsl/functional/activation.h"
#include "dsl/init.h"
#include "dsl/layers/make.h"
#include "dsl/ops.h"
#include "dsl/repr.h"

namespace lithe::nn {
Tensor ReLUImpl::forward(const Tensor& x) { return functional::relu(x, options); }

std::string ReLUImpl::extra_repr() const {
    Repr repr;
    if (options.inplace()) repr.add("inplace", true);
    return repr.str();
}

Tensor ReLU6Impl::forward(const Tensor& x) { return functional::relu6(x, options); }

std::string ReLU6Impl::extra_repr() const {
    Repr repr;
    if (options.inplace()) repr.add("inplace", true);
    return repr.str();
}

Tensor SELUImpl::forward(const Tensor& x) { return functional::selu(x, options); }

std::string SELUImpl::extra_repr() const {
    Repr repr;
    if (options.inplace()) repr.add("inplace", true);
    return repr.str();
}

Tensor ELUImpl::forward(const Tensor& x) { return functional::elu(x, options); }

std::string ELUImpl::extra_repr() const {
    Repr repr;
    repr.add("alpha", options.alpha());
    if (options.inplace()) repr.add("inplace", true);
    return repr.str();
}

Tensor CELUImpl::forward(const Tensor& x) { return functional::celu(x, options); }

std::string CELUImpl::extra_repr() const {
    Repr repr;
    repr.add("alpha", options.alpha());
    if (options.inplace()) repr.add("inplace", true);
    return repr.str();
}

Tensor LeakyReLUImpl::forward(const Tensor& x) { return functional::leaky_relu(x, options); }

std::string LeakyReLUImpl::extra_repr() const {
    Repr repr;
    repr.add("negative_slope", options.negative_slope());
    if (options.inplace()) repr.add("inplace", true);
    return repr.str();
}

Tensor HardtanhImpl::forward(const Tensor& x) { return functional::hardtanh(x, options); }

std::string HardtanhImpl::extra_repr() const {
    Repr repr;
    repr.add("min_val", options.min_val()).add("max_val", options.max_val());
    if (options.inplace()) repr.add("inplace", true);
    return repr.str();
}

Tensor ThresholdImpl::forward(const Tensor& x) { return functional::threshold(x, options); }

std::string ThresholdImpl::extra_repr() const {
    Repr repr;
    repr.add("threshold", options.threshold()).add("value", options.value());
    if (options.inplace()) repr.add("inplace", true);
    return repr.str();
}

Tensor SiLUImpl::forward(const Tensor& x) { return functional::silu(x, options); }

std::string SiLUImpl::extra_repr() const {
    Repr repr;
    if (options.inplace()) repr.add("inplace", true);
    return repr.str();
}

Tensor MishImpl::forward(const Tensor& x) { return functional::mish(x, options); }

std::string MishImpl::extra_repr() const {
    Repr repr;
    if (options.inplace()) repr.add("inplace", true);
    return repr.str();
}

Tensor HardswishImpl::forward(const Tensor& x) { return functional::hardswish(x, options); }

std::string HardswishImpl::extra_repr() const {
    Repr repr;
    if (options.inplace()) repr.add("inplace", true);
    return repr.str();
}

Tensor HardsigmoidImpl::forward(const Tensor& x) { return functional::hardsigmoid(x, options); }

std::string HardsigmoidImpl::extra_repr() const {
    Repr repr;
    if (options.inplace()) repr.add("inplace", true);
    return repr.str();
}

GELUImpl::GELUImpl(const GELUOptions& activation_options) : options(activation_options) {
    const std::string& form = options.approximate();
    if (form == "none" || form == "tanh") return;
    throw UserError("gelu.approximate",
                    "gelu: approximate must be either 'none' or 'tanh', got '" + form + "'");
}

Tensor GELUImpl::forward(const Tensor& x) { return functional::gelu(x, options); }

std::string GELUImpl::extra_repr() const {
    return Repr().append("approximate='" + options.approximate() + "'").str();
}

Tensor SigmoidImpl::forward(const Tensor& x) { return functional::sigmoid(x); }

Tensor LogSigmoidImpl::forward(const Tensor& x) { return functional::logsigmoid(x); }

Tensor TanhImpl::forward(const Tensor& x) { return functional::tanh(x); }

Tensor TanhshrinkImpl::forward(const Tensor& x) { return functional::tanhshrink(x); }

Tensor SoftsignImpl::forward(const Tensor& x) { return functional::softsign(x); }

Tensor SoftplusImpl::forward(const Tensor& x) { return functional::softplus(x, options); }

std::string SoftplusImpl::extra_repr() const {
    return Repr().add("beta", options.beta()).add("threshold", options.threshold()).str();
}

Tensor HardshrinkImpl::forward(const Tensor& x) { return functional::hardshrink(x, options); }

std::string HardshrinkImpl::extra_repr() const { return Repr().add(options.lambda()).str(); }

Tensor SoftshrinkImpl::forward(const Tensor& x) { return functional::softshrink(x, options); }

std::string SoftshrinkImpl::extra_repr() const { return Repr().add(options.lambda()).str(); }

PReLUImpl::PReLUImpl(const PReLUOptions& activation_options) : options(activation_options) {
    check_positive("prelu", "num_parameters", options.num_parameters());
    weight = new_parameter({options.num_parameters()}, options.dtype());
    init::constant_(weight, options.init());
}

Tensor PReLUImpl::forward(const Tensor& x) { return functional::prelu(x, weight); }

std::string PReLUImpl::extra_repr() const {
    return Repr().add("num_parameters", options.num_parameters()).str();
}

void PReLUImpl::visit_members(FieldVisitor& visitor) {
    visitor.tensor("weight", weight, TensorFieldKind::parameter);
}

Tensor RReLUImpl::forward(const Tensor& x) {
    return functional::rrelu(x, functional::RReLUFuncOptions()
                                    .lower(options.lower())
                                    .upper(options.upper())
                                    .training(is_training())
                                    .inplace(options.inplace()));
}

std::string RReLUImpl::extra_repr() const {
    Repr repr;
    repr.add("lower", options.lower()).add("upper", options.upper());
    if (options.inplace()) repr.add("inplace", true);
    return repr.str();
}

}  // namespace lithe::nn
