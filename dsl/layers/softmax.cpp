#include "dsl/layers/softmax.h"

#include "dsl/functional/activation.h"
#include "dsl/repr.h"
#include "runtime/error.h"

namespace lithe::nn {

Tensor SoftmaxImpl::forward(const Tensor& x) { return functional::softmax(x, options); }

std::string SoftmaxImpl::extra_repr() const { return Repr().add("dim", options.dim()).str(); }

Tensor SoftminImpl::forward(const Tensor& x) { return functional::softmin(x, options); }

std::string SoftminImpl::extra_repr() const { return Repr().add("dim", options.dim()).str(); }

Tensor LogSoftmaxImpl::forward(const Tensor& x) { return functional::log_softmax(x, options); }

std::string LogSoftmaxImpl::extra_repr() const { return Repr().add("dim", options.dim()).str(); }

Tensor Softmax2dImpl::forward(const Tensor& x) {
    if (x.dim() != 3 && x.dim() != 4) {
        throw UserError("softmax2d.rank", "softmax2d: expected 3 or 4 axes, got " + x.type().str());
    }
    return functional::softmax(x, -3);
}

Tensor GLUImpl::forward(const Tensor& x) { return functional::glu(x, options); }

std::string GLUImpl::extra_repr() const { return Repr().add("dim", options.dim()).str(); }

}  // namespace lithe::nn
