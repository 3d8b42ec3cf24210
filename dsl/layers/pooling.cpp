#include "dsl/layers/pooling.h"

#include <cmath>

#include "dsl/functional/pooling.h"
#include "dsl/repr.h"

namespace lithe::nn {
namespace {

template <size_t D>
std::string adaptive_repr(const AdaptivePoolOptions<D>& options) {
    const Sizes& sizes = options.output_size();
    std::string text;
    for (const int64_t size : sizes) {
        text += (text.empty() ? "" : ", ") +
                (size == AdaptivePoolOptions<D>::keep ? "None" : std::to_string(size));
    }
    bool is_one = true;
    for (const int64_t size : sizes) is_one &= size == sizes[0];
    if (is_one && sizes[0] != AdaptivePoolOptions<D>::keep) text = std::to_string(sizes[0]);
    return "output_size=" +
           (is_one && sizes[0] != AdaptivePoolOptions<D>::keep ? text : "(" + text + ")");
}

}  // namespace

template <size_t D>
Tensor MaxPoolImpl<D>::forward(const Tensor& x) {
    return functional::max_pool<D>(x, options);
}

template <size_t D>
std::tuple<Tensor, Tensor> MaxPoolImpl<D>::forward_with_indices(const Tensor& x) {
    return functional::max_pool_with_indices<D>(x, options);
}

template <size_t D>
std::string MaxPoolImpl<D>::extra_repr() const {
    return Repr()
        .add_short("kernel_size", options.kernel_size())
        .add_short("stride", options.stride())
        .add_short("padding", options.padding())
        .add_short("dilation", options.dilation())
        .add("ceil_mode", options.ceil_mode())
        .str();
}

template <size_t D>
Tensor AvgPoolImpl<D>::forward(const Tensor& x) {
    return functional::avg_pool<D>(x, options);
}

template <size_t D>
std::string AvgPoolImpl<D>::extra_repr() const {
    if constexpr (D == 1) {  // PyTorch keeps tuples here
        return Repr()
            .add("kernel_size", options.kernel_size())
            .add("stride", options.stride())
            .add("padding", options.padding())
            .str();
    }
    return Repr()
        .add_short("kernel_size", options.kernel_size())
        .add_short("stride", options.stride())
        .add_short("padding", options.padding())
        .str();
}

template <size_t D>
std::tuple<Tensor, Tensor> AdaptiveMaxPoolImpl<D>::forward_with_indices(const Tensor& x) {
    return functional::adaptive_max_pool_with_indices<D>(x, options);
}

template <size_t D>
Tensor AdaptiveMaxPoolImpl<D>::forward(const Tensor& x) {
    return functional::adaptive_max_pool<D>(x, options);
}

template <size_t D>
std::string AdaptiveMaxPoolImpl<D>::extra_repr() const {
    return adaptive_repr(options);
}

template <size_t D>
Tensor AdaptiveAvgPoolImpl<D>::forward(const Tensor& x) {
    return functional::adaptive_avg_pool<D>(x, options);
}

template <size_t D>
std::string AdaptiveAvgPoolImpl<D>::extra_repr() const {
    return adaptive_repr(options);
}

template <size_t D>
Tensor LPPoolImpl<D>::forward(const Tensor& x) {
    return functional::lp_pool<D>(x, options);
}

template <size_t D>
std::string LPPoolImpl<D>::extra_repr() const {
    const double p = options.norm_type();
    Repr repr;
    p == std::floor(p) ? repr.add("norm_type", static_cast<int64_t>(p)) : repr.add("norm_type", p);
    repr.add_short("kernel_size", options.kernel_size());
    if (options.stride() == options.kernel_size()) {
        repr.append("stride=None");
    } else {
        repr.add_short("stride", options.stride());
    }
    return repr.add("ceil_mode", options.ceil_mode()).str();
}

template class MaxPoolImpl<1>;
template class MaxPoolImpl<2>;
template class MaxPoolImpl<3>;
template class AvgPoolImpl<1>;
template class AvgPoolImpl<2>;
template class AvgPoolImpl<3>;
template class AdaptiveMaxPoolImpl<1>;
template class AdaptiveMaxPoolImpl<2>;
template class AdaptiveMaxPoolImpl<3>;
template class AdaptiveAvgPoolImpl<1>;
template class AdaptiveAvgPoolImpl<2>;
template class AdaptiveAvgPoolImpl<3>;
template class LPPoolImpl<1>;
template class LPPoolImpl<2>;
template class LPPoolImpl<3>;

}  // namespace lithe::nn
