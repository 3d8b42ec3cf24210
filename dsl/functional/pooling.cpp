#include "dsl/functional/pooling.h"

#include "dsl/ops.h"
#include "dsl/random.h"
#include "runtime/error.h"

namespace lithe::nn::functional {
namespace {

template <size_t D>
PerAxis axes(const ExpandingArray<D>& values) {
    return PerAxis(values.list());
}

template <size_t D>
void check_rank(const std::string& op, const Tensor& x) {
    if (x.dim() == D + 1 || x.dim() == D + 2) return;
    const std::string name = op + std::to_string(D) + "d";
    throw UserError(name + ".rank", name + ": expected " + std::to_string(D + 2) + " axes, or " +
                                        std::to_string(D + 1) + " without batch, got " +
                                        x.type().str());
}

/// The options that all kinds of pooling have.
template <size_t D, class Options>
PoolOptions common(const Options& options) {
    PoolOptions pool;
    pool.kernel = axes(options.kernel_size());
    pool.stride = axes(options.stride());
    pool.ceil_mode = options.ceil_mode();
    pool.spatial_rank = D;
    return pool;
}

/// One number for each axis; -1 keeps the input's size.
template <size_t D>
PerAxis wanted(const AdaptivePoolOptions<D>& options) {
    return PerAxis(options.output_size());
}

/// The spatial sizes of the image that max_unpool fills. Errors: max_unpool.output_size.
template <size_t D>
Shape unpooled_size(const Tensor& x, const MaxUnpoolFuncOptions<D>& options) {
    Shape size;
    const std::optional<Sizes>& given = options.output_size();
    if (given && given->size() != D && given->size() != static_cast<size_t>(x.dim())) {
        throw UserError("max_unpool.output_size", "max_unpool: output_size must have " +
                                                      std::to_string(D) + " or " +
                                                      std::to_string(x.dim()) + " elements, got " +
                                                      std::to_string(given->size()));
    }
    for (size_t i = 0; i < D; ++i) {
        const int64_t stride = options.stride()[i];
        const Dim usual = (x.size(static_cast<int64_t>(i) - static_cast<int64_t>(D)) - 1) * stride +
                          options.kernel_size()[i] - 2 * options.padding()[i];
        size.push_back(usual);
        if (!given) continue;
        const int64_t own = (*given)[given->size() - D + i];
        if (usual.is_constant() &&
            (own <= usual.constant() - stride || own >= usual.constant() + stride)) {
            throw UserError("max_unpool.output_size",
                            "max_unpool: output_size must lie between " +
                                std::to_string(usual.constant() - stride) + " and " +
                                std::to_string(usual.constant() + stride) + " along spatial axis " +
                                std::to_string(i) + ", got " + std::to_string(own));
        }
        size.back() = own;
    }
    return size;
}

}  // namespace

template <size_t D>
std::tuple<Tensor, Tensor> max_pool_with_indices(const Tensor& x,
                                                 const MaxPoolOptions<D>& options) {
    check_rank<D>("max_pool", x);
    PoolOptions pool = common<D>(options);
    pool.padding = axes(options.padding());
    pool.dilation = axes(options.dilation());
    return lithe::max_pool(x, pool);
}

template <size_t D>
Tensor max_pool(const Tensor& x, const MaxPoolOptions<D>& options) {
    return std::get<0>(max_pool_with_indices<D>(x, options));
}

template <size_t D>
Tensor avg_pool(const Tensor& x, const AvgPoolOptions<D>& options) {
    check_rank<D>("avg_pool", x);
    PoolOptions pool = common<D>(options);
    pool.padding = axes(options.padding());
    pool.count_include_pad = options.count_include_pad();
    pool.divisor_override = options.divisor_override();
    return lithe::avg_pool(x, pool);
}

template <size_t D>
std::tuple<Tensor, Tensor> adaptive_max_pool_with_indices(const Tensor& x,
                                                          const AdaptivePoolOptions<D>& options) {
    if constexpr (D == 1) return lithe::adaptive_max_pool1d(x, wanted(options));
    if constexpr (D == 2) return lithe::adaptive_max_pool2d(x, wanted(options));
    if constexpr (D == 3) return lithe::adaptive_max_pool3d(x, wanted(options));
}

template <size_t D>
Tensor adaptive_max_pool(const Tensor& x, const AdaptivePoolOptions<D>& options) {
    return std::get<0>(adaptive_max_pool_with_indices<D>(x, options));
}

template <size_t D>
Tensor adaptive_avg_pool(const Tensor& x, const AdaptivePoolOptions<D>& options) {
    if constexpr (D == 1) return lithe::adaptive_avg_pool1d(x, wanted(options));
    if constexpr (D == 2) return lithe::adaptive_avg_pool2d(x, wanted(options));
    if constexpr (D == 3) return lithe::adaptive_avg_pool3d(x, wanted(options));
}

template <size_t D>
Tensor lp_pool(const Tensor& x, const LPPoolOptions<D>& options) {
    check_rank<D>("lp_pool", x);
    return lithe::lp_pool(x, options.norm_type(), common<D>(options));
}

template <size_t D>
Tensor max_unpool(const Tensor& x, const Tensor& index, const MaxUnpoolFuncOptions<D>& options) {
    check_rank<D>("max_unpool", x);
    return lithe::max_unpool(x, index, unpooled_size<D>(x, options));
}

template <size_t D>
std::tuple<Tensor, Tensor> fractional_max_pool_with_indices(
    const Tensor& x, const FractionalMaxPoolOptions<D>& options) {
    check_rank<D>("fractional_max_pool", x);
    if (options.output_size().has_value() == options.output_ratio().has_value()) {
        throw UserError("fractional_max_pool.size",
                        "fractional_max_pool: expected either output_size or output_ratio, got " +
                            std::string(options.output_size() ? "both" : "neither"));
    }
    Shape size;
    for (size_t i = 0; i < D; ++i) {
        if (options.output_size()) {
            size.emplace_back((*options.output_size())[i]);
            continue;
        }
        const double ratio = (*options.output_ratio())[i];
        if (!(ratio > 0 && ratio < 1)) {
            throw UserError("fractional_max_pool.ratio",
                            "fractional_max_pool: output_ratio must lie between 0 and 1, got " +
                                std::to_string(ratio));
        }
        const int64_t have = x.size(static_cast<int64_t>(i) - static_cast<int64_t>(D));
        size.emplace_back(static_cast<int64_t>(static_cast<double>(have) * ratio));
    }
    Tensor samples = options._random_samples();
    if (!samples.defined()) {
        const Dim batch = x.dim() == D + 1 ? Dim(1) : x.size(0);
        samples = rand({batch, x.size(-1 - static_cast<int64_t>(D)), Dim(D)}, x.dtype());
    }
    return lithe::fractional_max_pool(x, axes(options.kernel_size()), size, samples);
}

#define LITHE_POOL(D)                                                                       \
    template Tensor max_pool<D>(const Tensor&, const MaxPoolOptions<D>&);                   \
    template std::tuple<Tensor, Tensor> max_pool_with_indices<D>(const Tensor&,             \
                                                                 const MaxPoolOptions<D>&); \
    template Tensor avg_pool<D>(const Tensor&, const AvgPoolOptions<D>&);                   \
    template Tensor adaptive_max_pool<D>(const Tensor&, const AdaptivePoolOptions<D>&);     \
    template std::tuple<Tensor, Tensor> adaptive_max_pool_with_indices<D>(                  \
        const Tensor&, const AdaptivePoolOptions<D>&);                                      \
    template Tensor adaptive_avg_pool<D>(const Tensor&, const AdaptivePoolOptions<D>&);     \
    template Tensor lp_pool<D>(const Tensor&, const LPPoolOptions<D>&);                     \
    template Tensor max_unpool<D>(const Tensor&, const Tensor&, const MaxUnpoolFuncOptions<D>&);
LITHE_POOL(1)
LITHE_POOL(2)
LITHE_POOL(3)
#undef LITHE_POOL
template std::tuple<Tensor, Tensor> fractional_max_pool_with_indices<2>(
    const Tensor&, const FractionalMaxPoolOptions<2>&);
template std::tuple<Tensor, Tensor> fractional_max_pool_with_indices<3>(
    const Tensor&, const FractionalMaxPoolOptions<3>&);

}  // namespace lithe::nn::functional
