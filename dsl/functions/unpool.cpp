// Max pooling with indices, back and at random places; pooling by norms.
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

PoolOptions pool_options(const PerAxis& kernel, const PerAxis& stride, const PerAxis& padding,
                         const PerAxis& dilation, bool ceil_mode, int64_t rank) {
    PoolOptions options;
    options.kernel = kernel;
    options.stride = stride;
    options.padding = padding;
    options.dilation = dilation;
    options.ceil_mode = ceil_mode;
    options.spatial_rank = rank;
    return options;
}

std::tuple<Tensor, Tensor> with_indices(const char* op, const Tensor& x,
                                        const PoolOptions& options) {
    const int64_t rank = options.spatial_rank;
    if (x.dim() != rank + 1 && x.dim() != rank + 2) {
        throw UserError(std::string(op) + ".rank", std::string(op) + ": expected " +
                                                       std::to_string(rank) +
                                                       " spatial axes, got " + x.type().str());
    }
    return max_pool(x, options);
}

Shape last(const Shape& shape, size_t count) {
    return {shape.end() - static_cast<std::ptrdiff_t>(count), shape.end()};
}

/// [N, C, out] where the windows begin along one axis; `u` [N, C] shifts them.
Tensor window_begins(const Tensor& u, const Dim& size, const Dim& out, int64_t kernel) {
    const Dim room = size - kernel;
    const Tensor i = arange(out);
    const Tensor end = full({}, room, DType::i64);
    if (out.is_constant(1)) return expand(end, {u.size(0), u.size(1), Dim(1)});
    const Tensor step = full({}, room, u.dtype()) / full({}, out - 1, u.dtype());
    const Tensor shift = unsqueeze(u, 2);
    const Tensor begin =
        ((i.to(u.dtype()) + shift) * step).to(DType::i64) - (shift * step).to(DType::i64);
    return where(i == full({}, out - 1, DType::i64), end, begin);
}

void check_fractional(const Tensor& x, const Sizes& kernel, const Shape& size,
                      const Tensor& samples) {
    const auto rank = static_cast<int64_t>(size.size());
    const auto fail = [](const char* id, const std::string& text) {
        throw UserError("fractional_max_pool." + std::string(id), "fractional_max_pool: " + text);
    };
    if (x.dim() != rank + 1 && x.dim() != rank + 2) {
        fail("rank", "expected " + std::to_string(rank) + " spatial axes, got " + x.type().str());
    }
    for (size_t i = 0; i < size.size(); ++i) {
        const Dim have = x.size(static_cast<int64_t>(i) - rank);
        if (!have.is_constant() || !size[i].is_constant()) continue;
        // In three dimensions PyTorch wants room for one more.
        const int64_t room = have.constant() - (rank == 3 ? 1 : 0);
        if (size[i].constant() < 1 || size[i].constant() + kernel[i] - 1 > room) {
            fail("size", "the output size " + str(size) + " with kernel " + str(to_shape(kernel)) +
                             " does not fit " + x.type().str());
        }
    }
    if (samples.dim() != 3 ||
        (samples.size(2).is_constant() && samples.size(2).constant() != rank)) {
        fail("samples",
             "expected samples [N, C, " + std::to_string(rank) + "], got " + samples.type().str());
    }
}

}  // namespace

std::tuple<Tensor, Tensor> max_pool1d_with_indices(const Tensor& x, const PerAxis& kernel,
                                                   const PerAxis& stride, const PerAxis& padding,
                                                   const PerAxis& dilation, bool ceil_mode) {
    return with_indices("max_pool1d", x,
                        pool_options(kernel, stride, padding, dilation, ceil_mode, 1));
}
std::tuple<Tensor, Tensor> max_pool2d_with_indices(const Tensor& x, const PerAxis& kernel,
                                                   const PerAxis& stride, const PerAxis& padding,
                                                   const PerAxis& dilation, bool ceil_mode) {
    return with_indices("max_pool2d", x,
                        pool_options(kernel, stride, padding, dilation, ceil_mode, 2));
}
std::tuple<Tensor, Tensor> max_pool3d_with_indices(const Tensor& x, const PerAxis& kernel,
                                                   const PerAxis& stride, const PerAxis& padding,
                                                   const PerAxis& dilation, bool ceil_mode) {
    return with_indices("max_pool3d", x,
                        pool_options(kernel, stride, padding, dilation, ceil_mode, 3));
}

Tensor max_unpool(const Tensor& x, const Tensor& index, const ShapeArg& size) {
    const auto rank = static_cast<int64_t>(size.size());
    if (x.dim() == rank + 1)
        return squeeze(max_unpool(unsqueeze(x, 0), unsqueeze(index, 0), size), 0);
    if (x.dim() != rank + 2) {
        throw UserError("max_unpool.rank", "max_unpool: expected " + std::to_string(rank) +
                                               " spatial axes, got " + x.type().str());
    }
    const bool fits = same(x.sizes(), index.sizes()) || x.sizes() == index.sizes();
    if (index.dtype() != DType::i64 || !fits) {
        throw UserError("max_unpool.index",
                        "max_unpool: expected an i64 index for each element of " + x.type().str() +
                            ", got " + index.type().str());
    }
    Shape shape{x.size(0), x.size(1)};
    const Tensor empty = zeros({shape[0], shape[1], product(size)}, x.dtype());
    shape.insert(shape.end(), size.begin(), size.end());
    return reshape(scatter(empty, 2, flatten(index, 2, -1), flatten(x, 2, -1)), shape);
}

Tensor max_unpool2d(const Tensor& x, const Tensor& index, const ShapeArg& size) {
    return max_unpool(x, index, last(size, 2));
}
Tensor max_unpool3d(const Tensor& x, const Tensor& index, const ShapeArg& size) {
    return max_unpool(x, index, last(size, 3));
}

std::tuple<Tensor, Tensor> fractional_max_pool(const Tensor& x, const PerAxis& kernel,
                                               const Shape& size, const Tensor& samples) {
    const auto rank = static_cast<int64_t>(size.size());
    const Sizes taps = per_axis("fractional_max_pool", kernel, rank);
    check_fractional(x, taps, size, samples);
    if (x.dim() == rank + 1) {
        const auto [y, index] = fractional_max_pool(unsqueeze(x, 0), kernel, size, samples);
        return {squeeze(y, 0), squeeze(index, 0)};
    }
    // The flat index of every tap of every window: [N, C, windows, taps].
    Shape shape{x.size(0), x.size(1)};
    Tensor index;
    for (int64_t i = 0; i < rank; ++i) {
        // Of two axes the last has the first sample, of three each its own, as in PyTorch.
        const int64_t which = rank == 2 ? 1 - i : i;
        const auto at = static_cast<size_t>(i);
        const Tensor begin = window_begins(select(samples.to(x.dtype()), 2, which), x.size(2 + i),
                                           size[at], taps[at]);
        Shape windows(static_cast<size_t>(2 + 2 * rank), Dim(1)),
            tap(static_cast<size_t>(rank), Dim(1));
        windows[0] = shape[0];
        windows[1] = shape[1];
        windows[2 + at] = size[at];
        tap[at] = taps[at];
        const Tensor along = reshape(begin, windows) + reshape(arange(taps[at]), tap);
        index = index.defined() ? index * full({}, x.size(2 + i), DType::i64) + along : along;
    }
    const Dim windows = product(size), count = product(to_shape(taps));
    const Tensor flat = reshape(index, {shape[0], shape[1], windows * count});
    const Shape split{shape[0], shape[1], windows, count};
    const Tensor values = reshape(gather(flatten(x, 2, -1), 2, flat), split);
    const Tensor at = argmax(values, -1, /*keepdim=*/true);
    shape.insert(shape.end(), size.begin(), size.end());
    return {reshape(gather(values, -1, at), shape),
            reshape(gather(reshape(flat, split), -1, at), shape)};
}

std::tuple<Tensor, Tensor> fractional_max_pool2d(const Tensor& x, const PerAxis& kernel,
                                                 const Shape& size, const Tensor& samples) {
    return fractional_max_pool(x, kernel, size.size() == 1 ? Shape(2, size[0]) : size, samples);
}
std::tuple<Tensor, Tensor> fractional_max_pool3d(const Tensor& x, const PerAxis& kernel,
                                                 const Shape& size, const Tensor& samples) {
    return fractional_max_pool(x, kernel, size.size() == 1 ? Shape(3, size[0]) : size, samples);
}

Tensor lp_pool(const Tensor& x, double p, const PoolOptions& options) {
    int64_t taps = 1;
    for (const int64_t size : per_axis("lp_pool", options.kernel, options.spatial_rank))
        taps *= size;
    const Tensor mean = avg_pool(pow(x, p), options);
    return pow(sign(mean) * relu(abs(mean)) * taps, 1 / p);
}

}  // namespace lithe
