// nn::functional: pooling.
#pragma once

#include <tuple>

#include "dsl/layers/pooling.h"
#include "dsl/layers/unpooling.h"

namespace lithe::nn::functional {

template <size_t D>
using MaxPoolFuncOptions = MaxPoolOptions<D>;
using MaxPool1dFuncOptions = MaxPool1dOptions;
using MaxPool2dFuncOptions = MaxPool2dOptions;
using MaxPool3dFuncOptions = MaxPool3dOptions;
using AvgPool1dFuncOptions = AvgPool1dOptions;
using AvgPool2dFuncOptions = AvgPool2dOptions;
using AvgPool3dFuncOptions = AvgPool3dOptions;
using AdaptiveMaxPool1dFuncOptions = AdaptiveMaxPool1dOptions;
using AdaptiveMaxPool2dFuncOptions = AdaptiveMaxPool2dOptions;
using AdaptiveMaxPool3dFuncOptions = AdaptiveMaxPool3dOptions;
using AdaptiveAvgPool1dFuncOptions = AdaptiveAvgPool1dOptions;
using AdaptiveAvgPool2dFuncOptions = AdaptiveAvgPool2dOptions;
using AdaptiveAvgPool3dFuncOptions = AdaptiveAvgPool3dOptions;
using LPPool1dFuncOptions = LPPool1dOptions;
using LPPool2dFuncOptions = LPPool2dOptions;
using LPPool3dFuncOptions = LPPool3dOptions;
using FractionalMaxPool2dFuncOptions = FractionalMaxPool2dOptions;
using FractionalMaxPool3dFuncOptions = FractionalMaxPool3dOptions;

/// Options of max_unpool: the layer's, and the size of the image where the stride leaves it open.
template <size_t D>
class MaxUnpoolFuncOptions {
public:
    MaxUnpoolFuncOptions(ExpandingArray<D> kernel_size)
        : kernel_size_(kernel_size), stride_(kernel_size) {}
    MaxUnpoolFuncOptions(const MaxUnpoolOptions<D>& options)
        : kernel_size_(options.kernel_size()),
          stride_(options.stride()),
          padding_(options.padding()) {}
    LITHE_ARG(ExpandingArray<D>, kernel_size);
    LITHE_ARG(ExpandingArray<D>, stride);
    LITHE_ARG(ExpandingArray<D>, padding) = 0;
    /// Spatial, or whole.
    LITHE_ARG(std::optional<Sizes>, output_size);
};
using MaxUnpool1dFuncOptions = MaxUnpoolFuncOptions<1>;
using MaxUnpool2dFuncOptions = MaxUnpoolFuncOptions<2>;
using MaxUnpool3dFuncOptions = MaxUnpoolFuncOptions<3>;

// Each function is a template of the number of spatial axes with three names.
template <size_t D>
Tensor max_pool(const Tensor& x, const MaxPoolOptions<D>& options);
template <size_t D>
std::tuple<Tensor, Tensor> max_pool_with_indices(const Tensor& x, const MaxPoolOptions<D>& options);
template <size_t D>
Tensor avg_pool(const Tensor& x, const AvgPoolOptions<D>& options);
template <size_t D>
Tensor adaptive_max_pool(const Tensor& x, const AdaptivePoolOptions<D>& options);
template <size_t D>
std::tuple<Tensor, Tensor> adaptive_max_pool_with_indices(const Tensor& x,
                                                          const AdaptivePoolOptions<D>& options);
template <size_t D>
Tensor adaptive_avg_pool(const Tensor& x, const AdaptivePoolOptions<D>& options);
template <size_t D>
Tensor lp_pool(const Tensor& x, const LPPoolOptions<D>& options);
template <size_t D>
Tensor max_unpool(const Tensor& x, const Tensor& index, const MaxUnpoolFuncOptions<D>& options);
template <size_t D>
std::tuple<Tensor, Tensor> fractional_max_pool_with_indices(
    const Tensor& x, const FractionalMaxPoolOptions<D>& options);

#define LITHE_POOL(D)                                                                        \
    inline Tensor max_pool##D##d(const Tensor& x, const MaxPool##D##dFuncOptions& options) { \
        return max_pool<D>(x, options);                                                      \
    }                                                                                        \
    inline std::tuple<Tensor, Tensor> max_pool##D##d_with_indices(                           \
        const Tensor& x, const MaxPool##D##dFuncOptions& options) {                          \
        return max_pool_with_indices<D>(x, options);                                         \
    }                                                                                        \
    inline Tensor avg_pool##D##d(const Tensor& x, const AvgPool##D##dFuncOptions& options) { \
        return avg_pool<D>(x, options);                                                      \
    }                                                                                        \
    inline Tensor adaptive_max_pool##D##d(const Tensor& x,                                   \
                                          const AdaptiveMaxPool##D##dFuncOptions& options) { \
        return adaptive_max_pool<D>(x, options);                                             \
    }                                                                                        \
    inline std::tuple<Tensor, Tensor> adaptive_max_pool##D##d_with_indices(                  \
        const Tensor& x, const AdaptiveMaxPool##D##dFuncOptions& options) {                  \
        return adaptive_max_pool_with_indices<D>(x, options);                                \
    }                                                                                        \
    inline Tensor adaptive_avg_pool##D##d(const Tensor& x,                                   \
                                          const AdaptiveAvgPool##D##dFuncOptions& options) { \
        return adaptive_avg_pool<D>(x, options);                                             \
    }                                                                                        \
    inline Tensor lp_pool##D##d(const Tensor& x, const LPPool##D##dFuncOptions& options) {   \
        return lp_pool<D>(x, options);                                                       \
    }                                                                                        \
    inline Tensor max_unpool##D##d(const Tensor& x, const Tensor& index,                     \
                                   const MaxUnpool##D##dFuncOptions& options) {              \
        return max_unpool<D>(x, index, options);                                             \
    }
LITHE_POOL(1)
LITHE_POOL(2)
LITHE_POOL(3)
#undef LITHE_POOL

#define LITHE_FRACTIONAL_POOL(D)                                                                 \
    inline std::tuple<Tensor, Tensor> fractional_max_pool##D##d_with_indices(                    \
        const Tensor& x, const FractionalMaxPool##D##dFuncOptions& options) {                    \
        return fractional_max_pool_with_indices<D>(x, options);                                  \
    }                                                                                            \
    inline Tensor fractional_max_pool##D##d(const Tensor& x,                                     \
                                            const FractionalMaxPool##D##dFuncOptions& options) { \
        return std::get<0>(fractional_max_pool_with_indices<D>(x, options));                     \
    }
LITHE_FRACTIONAL_POOL(2)
LITHE_FRACTIONAL_POOL(3)
#undef LITHE_FRACTIONAL_POOL

}  // namespace lithe::nn::functional
