// conv_weight_gradient(x, dy) {kernel, ...}[k, c, t...] = sum over n, p... of
//   x[n, c, p * stride + t * dilation - pad_begin, ...] * dy[n, k, p, ...]
#include "dsl/autograd.h"
#include "dsl/convolution.h"
#include "dsl/lowering.h"
#include "dsl/matrix_product.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

TensorTypes infer(const OpCall& call) {
    const TensorType &x = call.input(0), &dy = call.input(1);
    const Shape& kernel = call.attrs.get_shape("kernel");
    const Dim groups = call.attrs.get_dim("groups");
    if (x.rank() < 3 || x.rank() != dy.rank() || kernel.size() + 2 != x.shape.size() ||
        groups.is_constant(0)) {
        throw UserError("conv_weight_gradient.rank", "conv_weight_gradient: operands " + x.str() +
                                                         " and " + dy.str() + ", kernel " +
                                                         str(kernel) + ", groups " + groups.str());
    }
    TensorType type{x.dtype, {dy.size(1), floor_div(x.size(1), groups)}};
    type.shape.insert(type.shape.end(), kernel.begin(), kernel.end());
    convolution::check(call, x, type, /*is_image=*/true);
    Shape outgoing{x.size(0), dy.size(1)};
    for (size_t i = 0; i < kernel.size(); ++i) {
        outgoing.push_back(
            window::places(x.shape[i + 2], kernel[i], call.attrs.get_shape("stride")[i],
                           call.attrs.get_shape("pad_begin")[i], call.attrs.get_shape("pad_end")[i],
                           call.attrs.get_shape("dilation")[i]));
    }
    if (dy.dtype != x.dtype || (!same(outgoing, dy.shape) && outgoing != dy.shape)) {
        throw UserError("conv_weight_gradient.shape", "conv_weight_gradient: the convolution of " +
                                                          x.str() + " has shape " + str(outgoing) +
                                                          ", its gradient is " + dy.str());
    }
    return type;
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const convolution::Loops loops(call, in[0], in[1], out[0]);
    visit_float(in[0].dtype(), [&]<class T>(T) {
        std::fill_n(out[0].data<T>(), out[0].count(), T(0));
        const int64_t inner = loops.channels * loops.taps;
        std::vector<T> columns(static_cast<size_t>(inner * loops.places));
        loops.for_each_group([&](int64_t image, int64_t outgoing, int64_t weight) {
            loops.fill_columns(in[0].data<T>() + image, columns.data());
            matrix_product::multiply(
                loops.filters, loops.places, inner,
                matrix_product::dense(in[1].data<T>() + outgoing, loops.places),
                matrix_product::transposed<T>(columns.data(), loops.places),
                out[0].data<T>() + weight, matrix_product::Store::add);
        });
    });
}

Tensors gradient(const GradientCall& g) {
    Attrs attrs = g.call.attrs;
    attrs.erase("kernel");
    return {g.need(0) ? conv_transpose_to(g.x(1), g.dy(), attrs, g.x(0).sizes()) : Tensor(),
            g.need(1) ? apply(conv_op, {g.x(0), g.dy()}, attrs) : Tensor()};
}

Halide::Expr lower(const LowerCall& call) {
    const Shape &x = call.call.input(0).shape, &dy = call.call.input(1).shape;
    const Shape image = window::spatial(x), places = window::spatial(dy);
    const Dim groups = call.call.attrs.get_dim("groups");
    const Halide::Expr k = call.at[0];
    const Coords tap(call.at.begin() + 2, call.at.end());
    const Halide::Expr group =
        groups.is_constant(1) ? Halide::Expr(0) : k / call.size(floor_div(dy[1], groups));
    const Halide::Expr c = group * call.size(floor_div(x[1], groups)) + call.at[1];
    return reduce_sum(call.size(dy[0] * product(places)), [&](Halide::Expr r) {
        Shape sizes = places;
        sizes.insert(sizes.begin(), dy[0]);
        Coords at = window::unflatten(call, r, sizes);
        const Halide::Expr n = at[0];
        const Coords place(at.begin() + 1, at.end());
        const Coords from = window::image_coords(call, place, tap);
        Coords pixel = window::clamped(call, from, image);
        pixel.insert(pixel.begin(), {n, c});
        at.insert(at.begin() + 1, k);
        const Halide::Expr value = call.in(0, pixel) * call.in(1, at);
        return select(window::inside(call, from, image), value,
                      Halide::Internal::make_zero(value.type()));
    });
}

}  // namespace

const Op conv_weight_gradient_op = {
    .name = "conv_weight_gradient",
    .trait = Trait::none,
    .infer = infer,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

}  // namespace lithe
