#include "dsl/layers/activation.h"

#include "dsl/init.h"
#include "dsl/layers/make.h"
#include "dsl/ops.h"
#include "dsl/random.h"
#include "dsl/repr.h"

namespace lithe::nn {
namespace {

Tensor finish(const Tensor& x, const Tensor& y, bool inplace) { return inplace ? x.assign(y) : y; }

}  // namespace

Tensor ReLUImpl::forward(const Tensor& x) { return finish(x, relu(x), options.inplace()); }

std::string ReLUImpl::extra_repr() const {
    Repr repr;
    if (options.inplace()) repr.add("inplace", true);
    return repr.str();
}

Tensor ReLU6Impl::forward(const Tensor& x) { return finish(x, relu6(x), options.inplace()); }

std::string ReLU6Impl::extra_repr() const {
    Repr repr;
    if (options.inplace()) repr.add("inplace", true);
    return repr.str();
}

Tensor SELUImpl::forward(const Tensor& x) { return finish(x, selu(x), options.inplace()); }

std::string SELUImpl::extra_repr() const {
    Repr repr;
    if (options.inplace()) repr.add("inplace", true);
    return repr.str();
}

Tensor ELUImpl::forward(const Tensor& x) {
    return finish(x, elu(x, options.alpha()), options.inplace());
}

std::string ELUImpl::extra_repr() const {
    Repr repr;
    repr.add("alpha", options.alpha());
    if (options.inplace()) repr.add("inplace", true);
    return repr.str();
}

Tensor CELUImpl::forward(const Tensor& x) {
    return finish(x, celu(x, options.alpha()), options.inplace());
}

std::string CELUImpl::extra_repr() const {
    Repr repr;
    repr.add("alpha", options.alpha());
    if (options.inplace()) repr.add("inplace", true);
    return repr.str();
}

Tensor LeakyReLUImpl::forward(const Tensor& x) {
    return finish(x, leaky_relu(x, options.negative_slope()), options.inplace());
}

std::string LeakyReLUImpl::extra_repr() const {
    Repr repr;
    repr.add("negative_slope", options.negative_slope());
    if (options.inplace()) repr.add("inplace", true);
    return repr.str();
}

Tensor HardtanhImpl::forward(const Tensor& x) {
    return finish(x, hardtanh(x, options.min_val(), options.max_val()), options.inplace());
}

std::string HardtanhImpl::extra_repr() const {
    Repr repr;
    repr.add("min_val", options.min_val()).add("max_val", options.max_val());
    if (options.inplace()) repr.add("inplace", true);
    return repr.str();
}

Tensor ThresholdImpl::forward(const Tensor& x) {
    return finish(x, lithe::threshold(x, options.threshold(), options.value()), options.inplace());
}

std::string ThresholdImpl::extra_repr() const {
    Repr repr;
    repr.add("threshold", options.threshold()).add("value", options.value());
    if (options.inplace()) repr.add("inplace", true);
    return repr.str();
}

Tensor SiLUImpl::forward(const Tensor& x) { return finish(x, silu(x), options.inplace()); }

std::string SiLUImpl::extra_repr() const {
    Repr repr;
    if (options.inplace()) repr.add("inplace", true);
    return repr.str();
}

Tensor MishImpl::forward(const Tensor& x) { return finish(x, mish(x), options.inplace()); }

std::string MishImpl::extra_repr() const {
    Repr repr;
    if (options.inplace()) repr.add("inplace", true);
    return repr.str();
}

Tensor HardswishImpl::forward(const Tensor& x) {
    return finish(x, hardswish(x), options.inplace());
}

std::string HardswishImpl::extra_repr() const {
    Repr repr;
    if (options.inplace()) repr.add("inplace", true);
    return repr.str();
}

Tensor HardsigmoidImpl::forward(const Tensor& x) {
    return finish(x, hardsigmoid(x), options.inplace());
}

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

Tensor GELUImpl::forward(const Tensor& x) {
    return gelu(x, options.approximate() == "tanh" ? Gelu::tanh : Gelu::exact);
}

std::string GELUImpl::extra_repr() const {
    return Repr().append("approximate='" + options.approximate() + "'").str();
}

Tensor SigmoidImpl::forward(const Tensor& x) { return sigmoid(x); }

Tensor LogSigmoidImpl::forward(const Tensor& x) { return logsigmoid(x); }

Tensor TanhImpl::forward(const Tensor& x) { return tanh(x); }

Tensor TanhshrinkImpl::forward(const Tensor& x) { return tanhshrink(x); }

Tensor SoftsignImpl::forward(const Tensor& x) { return softsign(x); }

Tensor SoftplusImpl::forward(const Tensor& x) {
    return softplus(x, options.beta(), options.threshold());
}

std::string SoftplusImpl::extra_repr() const {
    return Repr().add("beta", options.beta()).add("threshold", options.threshold()).str();
}

Tensor HardshrinkImpl::forward(const Tensor& x) { return hardshrink(x, options.lambda()); }

std::string HardshrinkImpl::extra_repr() const { return Repr().add(options.lambda()).str(); }

Tensor SoftshrinkImpl::forward(const Tensor& x) { return softshrink(x, options.lambda()); }

std::string SoftshrinkImpl::extra_repr() const { return Repr().add(options.lambda()).str(); }

PReLUImpl::PReLUImpl(const PReLUOptions& activation_options) : options(activation_options) {
    check_positive("prelu", "num_parameters", options.num_parameters());
    weight = new_parameter({options.num_parameters()});
    init::constant_(weight, options.init());
}

Tensor PReLUImpl::forward(const Tensor& x) { return prelu(x, weight); }

std::string PReLUImpl::extra_repr() const {
    return Repr().add("num_parameters", options.num_parameters()).str();
}

void PReLUImpl::visit_members(FieldVisitor& visitor) {
    visitor.tensor("weight", weight, TensorFieldKind::parameter);
}

Tensor RReLUImpl::forward(const Tensor& x) {
    const double low = options.lower(), high = options.upper();
    const Tensor slope =
        is_training() ? rand_like(x) * (high - low) + low : full({}, (low + high) / 2, x.dtype());
    return finish(x, where(x >= 0, x, x * slope), options.inplace());
}

std::string RReLUImpl::extra_repr() const {
    Repr repr;
    repr.add("lower", options.lower()).add("upper", options.upper());
    if (options.inplace()) repr.add("inplace", true);
    return repr.str();
}

}  // namespace lithe::nn
