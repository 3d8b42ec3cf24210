#include "dsl/layers/padding.h"

#include "dsl/layers/make.h"
#include "dsl/ops.h"
#include "dsl/repr.h"

namespace lithe::nn {

template <size_t D>
Tensor PadBase<D>::forward(const Tensor& x) {
    const auto rank = static_cast<int64_t>(D);
    if (mode_ != kConstant && x.dim() != rank + 1 && x.dim() != rank + 2) {
        throw UserError("pad.rank", "pad: mode '" + lithe::str(mode_) + "' expects " +
                                        std::to_string(rank) + " spatial axes, got " +
                                        x.type().str());
    }
    return pad(x, to_shape(options.padding().list()), pad_mode(mode_), value_);
}

template <size_t D>
std::string PadBase<D>::extra_repr() const {
    Repr repr;
    if (mode_ == kConstant) {
        return repr.add("padding", options.padding()).add("value", value_).str();
    }
    return repr.add(options.padding()).str();
}

template class PadBase<1>;
template class PadBase<2>;
template class PadBase<3>;

}  // namespace lithe::nn
