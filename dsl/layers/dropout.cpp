#include "dsl/layers/dropout.h"

#include "dsl/functional/dropout.h"
#include "dsl/layers/make.h"
#include "dsl/repr.h"

namespace lithe::nn {
namespace {

template <class Options = functional::DropoutFuncOptions>
Options now(const DropoutBase& layer) {
    return Options(layer.options).training(layer.is_training());
}

}  // namespace

DropoutBase::DropoutBase(const DropoutOptions& dropout_options) : options(dropout_options) {
    check_probability("dropout", options.p());
}

std::string DropoutBase::extra_repr() const {
    return Repr().add("p", options.p()).add("inplace", options.inplace()).str();
}

Tensor DropoutImpl::forward(const Tensor& x) { return functional::dropout(x, now(*this)); }
Tensor Dropout1dImpl::forward(const Tensor& x) { return functional::dropout1d(x, now(*this)); }
Tensor Dropout2dImpl::forward(const Tensor& x) { return functional::dropout2d(x, now(*this)); }
Tensor Dropout3dImpl::forward(const Tensor& x) { return functional::dropout3d(x, now(*this)); }
Tensor AlphaDropoutImpl::forward(const Tensor& x) {
    return functional::alpha_dropout(x, now<functional::AlphaDropoutFuncOptions>(*this));
}
Tensor FeatureAlphaDropoutImpl::forward(const Tensor& x) {
    return functional::feature_alpha_dropout(
        x, now<functional::FeatureAlphaDropoutFuncOptions>(*this));
}

}  // namespace lithe::nn
