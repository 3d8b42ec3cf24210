// max_pool(x) {kernel, stride, pad_begin, pad_end, dilation}: per window the largest element (NaN
// where one is) and, as second result, its index in the flattened image, the first of several
#include <algorithm>
#include <array>
#include <cmath>

#include "dsl/autograd.h"
#include "dsl/axis.h"
#include "dsl/lower_math.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "dsl/pooling.h"
#include "dsl/reduction.h"

namespace lithe {
namespace {

TensorTypes infer(const OpCall& call) {
    const TensorType type = pooling::infer(call);
    TensorTypes types;
    types.push_back(type);
    types.push_back({DType::i64, type.shape});
    return types;
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const window::Geometry geometry = pooling::geometry(call, in[0], out[0]);
    const int64_t planes = in[0].size(0) * in[0].size(1);
    const int64_t places = geometry.place_count(), pixels = geometry.image_count();
    visit(in[0].dtype(), [&]<class T>(T) {
        std::fill_n(out[0].data<T>(), out[0].count(), reduction::lowest<T>());
        std::fill_n(out[1].data<int64_t>(), out[1].count(), int64_t{-1});
        for (int64_t plane = 0; plane < planes; ++plane) {
            const T* x = in[0].data<T>() + plane * pixels;
            T* y = out[0].data<T>() + plane * places;
            int64_t* index = out[1].data<int64_t>() + plane * places;
            for (int64_t tap = 0; tap < geometry.kernel_count(); ++tap) {
                geometry.for_each_place(tap, [&](int64_t p, int64_t i) {
                    if (index[p] >= 0 && !less_or_nan(y[p], x[i])) return;
                    y[p] = x[i];
                    index[p] = i;
                });
            }
        }
    });
}

Tensors gradient(const GradientCall& g) {
    const Shape image = g.x().sizes();
    const Tensor index = flatten(g.out[1], 2, -1), dy = flatten(g.dy(), 2, -1);
    const Tensor zero = zeros({image[0], image[1], product(window::spatial(image))}, dy.dtype());
    return {reshape(scatter_add(zero, 2, index, dy), image)};
}

Halide::Expr lower(const LowerCall& call) {
    const Shape image = window::spatial(call.call.input(0).shape);
    const Shape& kernel = call.call.attrs.get_shape("kernel");
    const Coords place(call.at.begin() + 2, call.at.end());
    const auto from = [&](const Halide::Expr& r) {
        return window::image_coords(call, place, window::unflatten(call, r, kernel));
    };
    const auto element = [&](const Halide::Expr& r) {
        const Halide::Type type = halide_type(call.call.input(0).dtype);
        return window::pixel(call, from(r), reduce_identity(Reduce::max, type));
    };
    const Halide::Expr taps = call.size(product(kernel));
    const Halide::Expr best = reduce_max(taps, element);
    if (call.output == 0) return best;
    const Halide::Expr tap = reduce_min(taps, [&](Halide::Expr r) {
        const Halide::Expr x = element(r);
        const Halide::Expr found = x == best || (lower_math::is_nan(x) && lower_math::is_nan(best));
        return select(found && window::inside(call, from(r), image), r, taps);
    });
    const Coords at = from(min(tap, taps - 1));
    Halide::Expr flat = 0;
    for (size_t i = 0; i < at.size(); ++i) flat = flat * call.size(image[i]) + at[i];
    return Halide::cast<int64_t>(flat);
}

}  // namespace

const Op max_pool_op = {
    .name = "max_pool",
    .trait = Trait::none,
    .infer = infer,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

std::tuple<Tensor, Tensor> max_pool(const Tensor& x, const PoolOptions& options) {
    if (x.dim() == pooling::spatial_rank(x, options) + 1) {
        const auto [values, index] = max_pool(unsqueeze(x, 0), options);
        return {squeeze(values, 0), squeeze(index, 0)};
    }
    const std::array operands{x};
    const Tensors results =
        apply_all(max_pool_op, operands, pooling::attrs("max_pool", x, options));
    return {results[0], results[1]};
}

}  // namespace lithe
