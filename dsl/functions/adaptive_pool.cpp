// Pooling to a given size. Where the sizes divide, all windows are equal and plain pooling does.
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

/// The wanted size of each spatial axis; 0 or less keeps the axis.
Sizes wanted_sizes(const char* op, const Tensor& x, const PerAxis& size, int64_t rank) {
    if (x.dim() != rank + 1 && x.dim() != rank + 2) {
        throw UserError(std::string(op) + ".rank", std::string(op) + ": expected " +
                                                       std::to_string(rank) +
                                                       " spatial axes, got " + x.type().str());
    }
    return per_axis(op, size, rank);
}

/// `out` windows of uneven sizes along an axis: window i covers floor(i n / out) .. ceil((i + 1) n
/// / out) - 1.
struct Windows {
    Dim taps;
    Tensor place;   ///< [out * taps]: what is read; beyond a window's end, its last element again
    Tensor inside;  ///< [out, taps]
    Tensor count;   ///< [out]

    Windows(const Dim& size, int64_t out) : taps(ceil_div(size, Dim(out)) + 1) {
        const Tensor i = unsqueeze(arange(out), 1), n = full({}, size, DType::i64);
        const Tensor begin = floor_div(i * n, out), end = floor_div((i + 1) * n + (out - 1), out);
        const Tensor at = begin + arange(taps);
        inside = at < end;
        place = reshape(minimum(at, end - 1), {Dim(out) * taps});
        count = reshape(end - begin, {Dim(out)});
    }

    /// The elements of all windows: axis `axis` becomes [out, taps].
    Tensor read(const Tensor& x, int64_t axis) const {
        return unflatten(index_select(x, axis, place), axis, {count.size(0), taps});
    }
};

/// The window when all are equal, or nothing.
std::optional<int64_t> even_window(const Dim& size, int64_t out) {
    if (!size.is_constant() || out < 1 || size.constant() % out != 0 || size.constant() == 0)
        return {};
    return size.constant() / out;
}

Tensor average(const char* op, const Tensor& x, const PerAxis& size, int64_t rank) {
    const Sizes wanted = wanted_sizes(op, x, size, rank);
    PoolOptions options;
    options.spatial_rank = rank;
    Sizes kernel, mean_axes;
    bool is_even = true;
    for (int64_t i = 0; i < rank; ++i) {
        const Dim have = x.size(i - rank);
        const int64_t out = wanted[static_cast<size_t>(i)];
        const auto window = out < 1 ? std::optional<int64_t>(1) : even_window(have, out);
        is_even = is_even && window;
        kernel.push_back(window.value_or(1));
        if (out == 1) mean_axes.push_back(i - rank);
    }
    if (static_cast<int64_t>(mean_axes.size()) == rank) return mean(x, mean_axes, /*keepdim=*/true);
    if (is_even) {
        options.kernel = kernel;
        return avg_pool(x, options);
    }
    Tensor y = x;
    for (int64_t i = 0; i < rank; ++i) {
        const int64_t out = wanted[static_cast<size_t>(i)], axis = x.dim() + i - rank;
        if (out < 1) continue;
        const Windows windows(x.size(axis), out);
        Shape own(static_cast<size_t>(rank - i) + 1, Dim(1)),
            each(static_cast<size_t>(rank - i), Dim(1));
        own[0] = each[0] = out;
        own[1] = windows.taps;
        const Tensor values = where(reshape(windows.inside, own), windows.read(y, axis), 0);
        y = sum(values, axis + 1) / reshape(windows.count.to(x.dtype()), each);
    }
    return y;
}

/// The largest element of every uneven window, one axis after the other; the last one first, so
/// that of equal elements the first in the image counts.
std::tuple<Tensor, Tensor> uneven_max(const Tensor& x, const Sizes& wanted, int64_t rank) {
    Tensor values = x;
    Shape spatial;
    for (int64_t i = 0; i < rank; ++i) spatial.push_back(x.size(i - rank));
    Tensor index = expand(reshape(arange(product(spatial)), spatial), x.sizes());
    for (int64_t i = rank; i-- > 0;) {
        const int64_t out = wanted[static_cast<size_t>(i)], axis = x.dim() + i - rank;
        if (out < 1) continue;
        const Windows windows(x.size(axis), out);
        const Tensor elements = windows.read(values, axis);
        const Tensor at = argmax(elements, axis + 1, /*keepdim=*/true);
        values = squeeze(gather(elements, axis + 1, at), axis + 1);
        index = squeeze(gather(windows.read(index, axis), axis + 1, at), axis + 1);
    }
    return {values, index};
}

std::tuple<Tensor, Tensor> largest(const char* op, const Tensor& x, const PerAxis& size,
                                   int64_t rank) {
    const Sizes wanted = wanted_sizes(op, x, size, rank);
    PoolOptions options;
    options.spatial_rank = rank;
    Sizes kernel;
    for (int64_t i = 0; i < rank; ++i) {
        const int64_t out = wanted[static_cast<size_t>(i)];
        const auto window =
            out < 1 ? std::optional<int64_t>(1) : even_window(x.size(i - rank), out);
        if (!window) return uneven_max(x, wanted, rank);
        kernel.push_back(*window);
    }
    options.kernel = kernel;
    return max_pool(x, options);
}

}  // namespace

Tensor adaptive_avg_pool1d(const Tensor& x, const PerAxis& size) {
    return average("adaptive_avg_pool1d", x, size, 1);
}
Tensor adaptive_avg_pool2d(const Tensor& x, const PerAxis& size) {
    return average("adaptive_avg_pool2d", x, size, 2);
}
Tensor adaptive_avg_pool3d(const Tensor& x, const PerAxis& size) {
    return average("adaptive_avg_pool3d", x, size, 3);
}
std::tuple<Tensor, Tensor> adaptive_max_pool1d(const Tensor& x, const PerAxis& size) {
    return largest("adaptive_max_pool1d", x, size, 1);
}
std::tuple<Tensor, Tensor> adaptive_max_pool2d(const Tensor& x, const PerAxis& size) {
    return largest("adaptive_max_pool2d", x, size, 2);
}
std::tuple<Tensor, Tensor> adaptive_max_pool3d(const Tensor& x, const PerAxis& size) {
    return largest("adaptive_max_pool3d", x, size, 3);
}

}  // namespace lithe
