#include "dsl/layers/pooling.h"

#include "dsl/ops.h"
#include "dsl/repr.h"

namespace lithe::nn {
namespace {

/// The function of the rank: `by_rank<2>(f1, f2, f3)` is f2.
template <size_t D, class F1, class F2, class F3>
auto by_rank(F1 one, F2 two, F3 three) {
    if constexpr (D == 1) return one();
    if constexpr (D == 2) return two();
    if constexpr (D == 3) return three();
}

template <size_t D>
PerAxis axes(const ExpandingArray<D>& values) {
    return PerAxis(values.list());
}

/// The sizes asked for, with the input's where they are kept.
template <size_t D>
PerAxis wanted_size(const AdaptivePoolOptions<D>& options, const Tensor& x) {
    Sizes sizes = options.output_size();
    if (sizes.size() == 1) sizes.resize(D, sizes[0]);
    for (size_t i = 0; i < sizes.size(); ++i) {
        if (sizes[i] != AdaptivePoolOptions<D>::keep) continue;
        sizes[i] = x.size(static_cast<int64_t>(i) - static_cast<int64_t>(sizes.size()));
    }
    return PerAxis(sizes);
}

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
    const auto args = [&](auto pool) {
        return pool(x, axes(options.kernel_size()), axes(options.stride()), axes(options.padding()),
                    axes(options.dilation()), options.ceil_mode());
    };
    return by_rank<D>([&] { return args(max_pool1d); }, [&] { return args(max_pool2d); },
                      [&] { return args(max_pool3d); });
}

template <size_t D>
std::tuple<Tensor, Tensor> MaxPoolImpl<D>::forward_with_indices(const Tensor& x) {
    PoolOptions pool;
    pool.kernel = axes(options.kernel_size());
    pool.stride = axes(options.stride());
    pool.padding = axes(options.padding());
    pool.dilation = axes(options.dilation());
    pool.ceil_mode = options.ceil_mode();
    pool.spatial_rank = D;
    return max_pool(x, pool);
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
    const auto args = [&](auto pool) {
        return pool(x, axes(options.kernel_size()), axes(options.stride()), axes(options.padding()),
                    options.ceil_mode(), options.count_include_pad(), options.divisor_override());
    };
    return by_rank<D>(
        [&] {
            return avg_pool1d(x, axes(options.kernel_size()), axes(options.stride()),
                              axes(options.padding()), options.ceil_mode(),
                              options.count_include_pad());
        },
        [&] { return args(avg_pool2d); }, [&] { return args(avg_pool3d); });
}

template <size_t D>
std::string AvgPoolImpl<D>::extra_repr() const {
    return Repr()
        .add_short("kernel_size", options.kernel_size())
        .add_short("stride", options.stride())
        .add_short("padding", options.padding())
        .str();
}

template <size_t D>
std::tuple<Tensor, Tensor> AdaptiveMaxPoolImpl<D>::forward_with_indices(const Tensor& x) {
    const PerAxis size = wanted_size(options, x);
    return by_rank<D>([&] { return adaptive_max_pool1d(x, size); },
                      [&] { return adaptive_max_pool2d(x, size); },
                      [&] { return adaptive_max_pool3d(x, size); });
}

template <size_t D>
Tensor AdaptiveMaxPoolImpl<D>::forward(const Tensor& x) {
    return std::get<0>(forward_with_indices(x));
}

template <size_t D>
std::string AdaptiveMaxPoolImpl<D>::extra_repr() const {
    return adaptive_repr(options);
}

template <size_t D>
Tensor AdaptiveAvgPoolImpl<D>::forward(const Tensor& x) {
    const PerAxis size = wanted_size(options, x);
    return by_rank<D>([&] { return adaptive_avg_pool1d(x, size); },
                      [&] { return adaptive_avg_pool2d(x, size); },
                      [&] { return adaptive_avg_pool3d(x, size); });
}

template <size_t D>
std::string AdaptiveAvgPoolImpl<D>::extra_repr() const {
    return adaptive_repr(options);
}

template <size_t D>
Tensor LPPoolImpl<D>::forward(const Tensor& x) {
    AvgPoolOptions<D> average(options.kernel_size());
    average.stride(options.stride()).ceil_mode(options.ceil_mode());
    int64_t taps = 1;
    for (const int64_t size : options.kernel_size()) taps *= size;
    const Tensor mean = AvgPoolImpl<D>(average).forward(pow(x, options.norm_type()));
    return pow(sign(mean) * relu(abs(mean)) * taps, 1 / options.norm_type());
}

template <size_t D>
std::string LPPoolImpl<D>::extra_repr() const {
    return Repr()
        .add("norm_type", options.norm_type())
        .add_short("kernel_size", options.kernel_size())
        .add_short("stride", options.stride())
        .add("ceil_mode", options.ceil_mode())
        .str();
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
