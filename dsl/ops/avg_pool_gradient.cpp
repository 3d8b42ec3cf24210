// avg_pool_gradient(dy) {image, ...}: dy of every window, divided as in avg_pool, added to each
// element of the image that lies in the window
#include <algorithm>

#include "dsl/autograd.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "dsl/pooling.h"
#include "runtime/error.h"

namespace lithe {
namespace {

TensorTypes infer(const OpCall& call) {
    const TensorType& dy = call.input(0);
    const Shape& image = call.attrs.get_shape("image");
    if (!is_floating(dy.dtype) || dy.rank() < 3 || dy.rank() > 5 ||
        image.size() + 2 != dy.shape.size()) {
        throw UserError("avg_pool_gradient.rank",
                        "avg_pool_gradient: " + dy.str() + " for an image of " + str(image));
    }
    TensorType type{dy.dtype, {dy.size(0), dy.size(1)}};
    type.shape.insert(type.shape.end(), image.begin(), image.end());
    OpCall forward = call;
    forward.inputs = {type};
    const TensorType want = pooling::infer(forward);
    if (!same(want.shape, dy.shape) && want.shape != dy.shape) {
        throw UserError("avg_pool_gradient.shape", "avg_pool_gradient: the windows over " +
                                                       type.str() + " make " + want.str() +
                                                       ", got " + dy.str());
    }
    return type;
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const window::Geometry geometry = pooling::geometry(call, out[0], in[0]);
    const int64_t planes = in[0].size(0) * in[0].size(1);
    const int64_t places = geometry.place_count(), pixels = geometry.image_count();
    const std::vector<double> divisors = pooling::divisors(call, geometry);
    visit_float(in[0].dtype(), [&]<class T>(T) {
        std::fill_n(out[0].data<T>(), out[0].count(), T(0));
        for (int64_t plane = 0; plane < planes; ++plane) {
            const T* dy = in[0].data<T>() + plane * places;
            T* dx = out[0].data<T>() + plane * pixels;
            for (int64_t tap = 0; tap < geometry.kernel_count(); ++tap) {
                geometry.for_each_place(tap, [&](int64_t p, int64_t i) {
                    dx[i] += static_cast<T>(dy[p] / divisors[static_cast<size_t>(p)]);
                });
            }
        }
    });
}

Tensors gradient(const GradientCall& g) {
    Attrs attrs = g.call.attrs;
    attrs.erase("image");
    return {apply(avg_pool_op, {g.dy()}, attrs)};
}

Halide::Expr lower(const LowerCall& call) {
    const Attrs& attrs = call.call.attrs;
    const Shape &image = attrs.get_shape("image"), &kernel = attrs.get_shape("kernel");
    const Shape places = window::spatial(call.call.input(0).shape);
    return reduce_sum(call.size(product(kernel)), [&](Halide::Expr r) {
        const Coords tap = window::unflatten(call, r, kernel);
        Coords place;
        Halide::Expr meets = Halide::cast<bool>(1);
        for (size_t i = 0; i < kernel.size(); ++i) {
            const Halide::Expr stride = call.size(attrs.get_shape("stride")[i]);
            const Halide::Expr moved =
                call.at[i + 2] + call.size(attrs.get_shape("pad_begin")[i]) - tap[i];
            meets =
                meets && moved >= 0 && moved % stride == 0 && moved / stride < call.size(places[i]);
            place.push_back(moved / stride);
        }
        Coords from = window::clamped(call, place, places);
        const Coords inside = from;
        from.insert(from.begin(), {call.at[0], call.at[1]});
        const Halide::Expr value = call.in(0, from);
        const Halide::Expr share =
            value / pooling::lower_divisor(call, inside, image, value.type());
        return select(meets, share, Halide::Internal::make_zero(value.type()));
    });
}

}  // namespace

const Op avg_pool_gradient_op = {
    .name = "avg_pool_gradient",
    .trait = Trait::none,
    .infer = infer,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

}  // namespace lithe
