// im2col(x) {window, stride, dilation, pad_begin, pad_end}[n, c K + t, l] = x at tap t of window l,
// 0 outside of the image; K taps a window, windows and taps counted row by row
//
// Source: Chellapilla, Puri, Simard, "High Performance Convolutional Neural Networks for Document
// Processing", 2006.
#include <algorithm>

#include "dsl/autograd.h"
#include "dsl/columns.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"

namespace lithe {
namespace {

TensorTypes infer(const OpCall& call) {
    const TensorType& x = call.input(0);
    const size_t rank = columns::check(call);
    if (x.shape.size() != rank + 2) {
        throw UserError("im2col.rank", "im2col: expected batch, channels and " +
                                           std::to_string(rank) + " spatial axes, got " + x.str());
    }
    const Shape& kernel = call.attrs.get_shape("window");
    return TensorType{x.dtype,
                      {x.size(0), x.size(1) * product(kernel),
                       product(columns::places(call, window::spatial(x.shape)))}};
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const window::Geometry g = columns::geometry(call, window::spatial(call.input(0).shape));
    const int64_t planes = in[0].size(0) * in[0].size(1);
    visit(in[0].dtype(), [&]<class T>(T) {
        const T* x = in[0].data<T>();
        T* y = out[0].data<T>();
        std::fill_n(y, out[0].count(), T(0));
        for (int64_t plane = 0; plane < planes; ++plane, x += g.image_count()) {
            for (int64_t tap = 0; tap < g.kernel_count(); ++tap, y += g.place_count()) {
                g.for_each_place(tap, [&](int64_t place, int64_t pixel) { y[place] = x[pixel]; });
            }
        }
    });
}

Tensors gradient(const GradientCall& g) {
    Attrs attrs = g.call.attrs;
    attrs.set("image", window::spatial(g.x().sizes()));
    return {apply(col2im_op, {g.dy()}, attrs)};
}

Halide::Expr lower(const LowerCall& call) {
    const Shape image = window::spatial(call.call.input(0).shape);
    const Shape& kernel = call.call.attrs.get_shape("window");
    const Halide::Expr taps = call.size(product(kernel));
    const Coords at = window::image_coords(
        call, window::unflatten(call, call.at[2], columns::places(call.call, image)),
        window::unflatten(call, call.at[1] % taps, kernel));
    Coords pixel = window::clamped(call, at, image);
    pixel.insert(pixel.begin(), {call.at[0], call.at[1] / taps});
    const Halide::Expr value = call.in(0, pixel);
    return select(window::inside(call, at, image), value,
                  Halide::Internal::make_zero(value.type()));
}

}  // namespace

const Op im2col_op = {
    .name = "im2col",
    .trait = Trait::none,
    .infer = infer,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor im2col(const Tensor& x, const PerAxis& kernel, const PerAxis& dilation,
              const PerAxis& padding, const PerAxis& stride) {
    if (x.dim() != 3 && x.dim() != 4) {
        throw UserError("im2col.rank",
                        "im2col: expected [N, C, H, W] or [C, H, W], got " + x.type().str());
    }
    if (x.dim() == 3) return squeeze(im2col(unsqueeze(x, 0), kernel, dilation, padding, stride), 0);
    return apply(im2col_op, {x}, columns::attrs("im2col", 2, kernel, dilation, padding, stride));
}

}  // namespace lithe
