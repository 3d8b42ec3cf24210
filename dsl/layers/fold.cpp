#include "dsl/layers/fold.h"

#include "dsl/functional/conv.h"
#include "dsl/repr.h"

namespace lithe::nn {
namespace {

template <class Options>
std::string finished(Repr repr, const Options& options) {
    return repr.add_short("kernel_size", options.kernel_size())
        .add_short("dilation", options.dilation())
        .add_short("padding", options.padding())
        .add_short("stride", options.stride())
        .str();
}

}  // namespace

Tensor FoldImpl::forward(const Tensor& x) { return functional::fold(x, options); }

std::string FoldImpl::extra_repr() const {
    return finished(Repr().add_short("output_size", options.output_size()), options);
}

Tensor UnfoldImpl::forward(const Tensor& x) { return functional::unfold(x, options); }

std::string UnfoldImpl::extra_repr() const { return finished(Repr(), options); }

}  // namespace lithe::nn
