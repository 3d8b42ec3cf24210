#include "dsl/layers/dropout.h"

#include "dsl/layers/make.h"
#include "dsl/ops.h"
#include "dsl/random.h"
#include "dsl/repr.h"

namespace lithe::nn {
namespace {

void check_rank(const char* layer, const Tensor& x, int64_t least, int64_t most) {
    if (x.dim() >= least && x.dim() <= most) return;
    throw UserError(std::string(layer) + ".rank",
                    std::string(layer) + ": expected " + std::to_string(least) + " to " +
                        std::to_string(most) + " axes, got " + x.type().str());
}

}  // namespace

DropoutBase::DropoutBase(const DropoutOptions& dropout_options) : options(dropout_options) {
    check_probability("dropout", options.p());
}

std::string DropoutBase::extra_repr() const {
    return Repr().add("p", options.p()).add("inplace", options.inplace()).str();
}

Tensor DropoutBase::run(Function function, const Tensor& x) const {
    const Tensor y = function(x, options.p(), is_training());
    return options.inplace() && is_training() ? x.assign(y) : y;
}

Tensor DropoutImpl::forward(const Tensor& x) { return run(dropout, x); }

Tensor Dropout1dImpl::forward(const Tensor& x) {
    check_rank("dropout1d", x, 2, 3);
    if (x.dim() == 2) return squeeze(run(feature_dropout, unsqueeze(x, 0)), 0);
    return run(feature_dropout, x);
}

Tensor Dropout2dImpl::forward(const Tensor& x) {
    check_rank("dropout2d", x, 3, 4);
    return run(feature_dropout, x);
}

Tensor Dropout3dImpl::forward(const Tensor& x) {
    check_rank("dropout3d", x, 4, 5);
    if (x.dim() == 4) return squeeze(run(feature_dropout, unsqueeze(x, 0)), 0);
    return run(feature_dropout, x);
}

Tensor AlphaDropoutImpl::forward(const Tensor& x) { return run(alpha_dropout, x); }
Tensor FeatureAlphaDropoutImpl::forward(const Tensor& x) { return run(feature_alpha_dropout, x); }

}  // namespace lithe::nn
