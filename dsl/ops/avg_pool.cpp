// avg_pool(x) {kernel, stride, pad_begin, pad_end, count_include_pad, divisor}: per window the sum
// over what lies in x, divided by {divisor}, or, where that is 0, by the number of elements of the
// window: those within the padded image, or (count_include_pad = false) within x
#include <algorithm>

#include "dsl/autograd.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "dsl/pooling.h"

namespace lithe {
namespace {

TensorTypes infer(const OpCall& call) { return pooling::infer(call); }

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const window::Geometry geometry = pooling::geometry(call, in[0], out[0]);
    const int64_t planes = in[0].size(0) * in[0].size(1);
    const int64_t places = geometry.place_count(), pixels = geometry.image_count();
    const std::vector<double> divisors = pooling::divisors(call, geometry);
    visit_float(in[0].dtype(), [&]<class T>(T) {
        std::vector<double> totals(static_cast<size_t>(places));
        for (int64_t plane = 0; plane < planes; ++plane) {
            const T* x = in[0].data<T>() + plane * pixels;
            std::fill(totals.begin(), totals.end(), 0.0);
            for (int64_t tap = 0; tap < geometry.kernel_count(); ++tap) {
                geometry.for_each_place(
                    tap, [&](int64_t p, int64_t i) { totals[static_cast<size_t>(p)] += x[i]; });
            }
            T* y = out[0].data<T>() + plane * places;
            for (size_t p = 0; p < totals.size(); ++p)
                y[p] = static_cast<T>(totals[p] / divisors[p]);
        }
    });
}

Tensors gradient(const GradientCall& g) {
    Attrs attrs = g.call.attrs;
    attrs.set("image", window::spatial(g.x().sizes()));
    return {apply(avg_pool_gradient_op, {g.dy()}, attrs)};
}

Halide::Expr lower(const LowerCall& call) {
    const Shape image = window::spatial(call.call.input(0).shape);
    const Shape& kernel = call.call.attrs.get_shape("kernel");
    const Coords place(call.at.begin() + 2, call.at.end());
    const Halide::Expr nothing = Halide::Internal::make_zero(halide_type(call.call.input(0).dtype));
    const Halide::Expr total = reduce_sum(call.size(product(kernel)), [&](Halide::Expr r) {
        const Coords tap = window::unflatten(call, r, kernel);
        return window::pixel(call, window::image_coords(call, place, tap), nothing);
    });
    return total / pooling::lower_divisor(call, place, image, total.type());
}

}  // namespace

const Op avg_pool_op = {
    .name = "avg_pool",
    .trait = Trait::none,
    .infer = infer,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor avg_pool(const Tensor& x, const PoolOptions& options) {
    if (x.dim() == pooling::spatial_rank(x, options) + 1) {
        return squeeze(avg_pool(unsqueeze(x, 0), options), 0);
    }
    Attrs attrs = pooling::attrs("avg_pool", x, options);
    attrs.set("count_include_pad", options.count_include_pad);
    attrs.set("divisor", Dim(options.divisor_override.value_or(0)));
    return apply(avg_pool_op, {x}, attrs);
}

}  // namespace lithe
