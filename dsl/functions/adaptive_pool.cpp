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

/// Row i averages the columns floor(i * n / out) .. ceil((i + 1) * n / out) - 1.
Tensor averaging_matrix(const Dim& size, int64_t out, DType dtype) {
    const Tensor i = unsqueeze(arange(out), 1), column = arange(size);
    const Tensor begin = floor_div(i * size, out);
    const Tensor end = floor_div((i + 1) * size + (out - 1), out);
    const Tensor inside = logical_and(column >= begin, column < end);
    return inside.to(dtype) / (end - begin).to(dtype);
}

/// The window when all are equal, or nothing.
std::optional<int64_t> even_window(const Dim& size, int64_t out) {
    if (!size.is_constant() || out < 1 || size.constant() % out != 0 || size.constant() == 0) return {};
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
        const int64_t out = wanted[static_cast<size_t>(i)];
        if (out < 1) continue;
        const Tensor matrix = averaging_matrix(x.size(i - rank), out, x.dtype());
        y = transpose(linear(transpose(y, i - rank, -1), matrix), i - rank, -1);
    }
    return y;
}

/// The largest element of every uneven window, slice by slice along one axis.
std::tuple<Tensor, Tensor> uneven_max(const Tensor& x, const Sizes& wanted, int64_t rank) {
    Tensor values = x;
    Shape spatial;
    for (int64_t i = 0; i < rank; ++i) spatial.push_back(x.size(i - rank));
    Tensor index = expand(reshape(arange(product(spatial)), spatial), x.sizes());
    for (int64_t i = 0; i < rank; ++i) {
        const int64_t have = x.size(i - rank), out = wanted[static_cast<size_t>(i)];
        if (out < 1) continue;
        Tensors parts, places;
        for (int64_t k = 0; k < out; ++k) {
            const int64_t begin = k * have / out, end = ((k + 1) * have + out - 1) / out;
            const Tensor window = narrow(values, i - rank, begin, end - begin);
            const Tensor at = argmax(window, i - rank, /*keepdim=*/true);
            parts.push_back(gather(window, i - rank, at));
            places.push_back(gather(narrow(index, i - rank, begin, end - begin), i - rank, at));
        }
        values = cat(parts, i - rank);
        index = cat(places, i - rank);
    }
    return {values, index};
}

std::tuple<Tensor, Tensor> largest(const char* op, const Tensor& x, const PerAxis& size, int64_t rank) {
    const Sizes wanted = wanted_sizes(op, x, size, rank);
    PoolOptions options;
    options.spatial_rank = rank;
    Sizes kernel;
    for (int64_t i = 0; i < rank; ++i) {
        const int64_t out = wanted[static_cast<size_t>(i)];
        const auto window = out < 1 ? std::optional<int64_t>(1) : even_window(x.size(i - rank), out);
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
