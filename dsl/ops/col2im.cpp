// col2im(y) {image, window, stride, dilation, pad_begin, pad_end}: the transpose of im2col; what
// windows share is summed
#include <algorithm>

#include "dsl/autograd.h"
#include "dsl/columns.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"

namespace lithe {
namespace {

TensorTypes infer(const OpCall& call) {
    const TensorType& y = call.input(0);
    const size_t rank = columns::check(call);
    const Shape &image = call.attrs.get_shape("image"), &kernel = call.attrs.get_shape("window");
    if (y.rank() != 3 || image.size() != rank) {
        throw UserError("col2im.rank", "col2im: expected columns [N, C, L] and " +
                                           std::to_string(rank) + " sizes of the image, got " +
                                           y.str() + " and " + str(image));
    }
    if (y.dtype == DType::boolean) {
        throw UserError("col2im.dtype",
                        "col2im: expected numbers, which can be added up, got " + y.str());
    }
    const Dim taps = product(kernel), windows = product(columns::places(call, image));
    const std::optional<Dim> channels = divide_exactly(y.size(1), taps);
    if (y.size(1).is_constant() && taps.is_constant() &&
        y.size(1).constant() % taps.constant() != 0) {
        throw UserError("col2im.channels", "col2im: axis 1 of " + y.str() +
                                               " is not a multiple of the " + taps.str() +
                                               " taps of kernel " + str(kernel));
    }
    if (y.size(2).is_constant() && windows.is_constant() && !same(y.size(2), windows)) {
        throw UserError("col2im.windows", "col2im: an image of " + str(image) + " has " +
                                              windows.str() + " windows, got " + y.str());
    }
    TensorType type{y.dtype, {y.size(0), channels ? *channels : floor_div(y.size(1), taps)}};
    type.shape.insert(type.shape.end(), image.begin(), image.end());
    return type;
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const window::Geometry g = columns::geometry(call, call.attrs.get_shape("image"));
    const int64_t planes = out[0].size(0) * out[0].size(1);
    visit(in[0].dtype(), [&]<class T>(T) {
        const T* y = in[0].data<T>();
        T* x = out[0].data<T>();
        std::fill_n(x, out[0].count(), T(0));
        for (int64_t plane = 0; plane < planes; ++plane, x += g.image_count()) {
            for (int64_t tap = 0; tap < g.kernel_count(); ++tap, y += g.place_count()) {
                g.for_each_place(tap, [&](int64_t place, int64_t pixel) {
                    x[pixel] = static_cast<T>(x[pixel] + y[place]);
                });
            }
        }
    });
}

Tensors gradient(const GradientCall& g) {
    Attrs attrs = g.call.attrs;
    attrs.erase("image");
    return {apply(im2col_op, {g.dy()}, attrs)};
}

/// Every pixel asks each tap for the window that it belongs to.
Halide::Expr lower(const LowerCall& call) {
    const Attrs& attrs = call.call.attrs;
    const Shape& kernel = attrs.get_shape("window");
    const Shape places = columns::places(call.call, attrs.get_shape("image"));
    const Halide::Expr taps = call.size(product(kernel));
    return reduce_sum(taps, [&](Halide::Expr r) {
        const Coords tap = window::unflatten(call, r, kernel);
        Halide::Expr meets = Halide::cast<bool>(1), window = 0;
        for (size_t i = 0; i < kernel.size(); ++i) {
            const Halide::Expr stride = call.size(attrs.get_shape("stride")[i]);
            const Halide::Expr count = call.size(places[i]);
            const Halide::Expr moved = call.at[i + 2] + call.size(attrs.get_shape("pad_begin")[i]) -
                                       tap[i] * call.size(attrs.get_shape("dilation")[i]);
            meets = meets && moved >= 0 && moved % stride == 0 && moved / stride < count;
            window = window * count + Halide::clamp(moved / stride, 0, max(count - 1, 0));
        }
        const Halide::Expr value = call.in(0, {call.at[0], call.at[1] * taps + r, window});
        return select(meets, value, Halide::Internal::make_zero(value.type()));
    });
}

}  // namespace

const Op col2im_op = {
    .name = "col2im",
    .trait = Trait::none,
    .infer = infer,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor col2im(const Tensor& x, const ShapeArg& image, const PerAxis& kernel,
              const PerAxis& dilation, const PerAxis& padding, const PerAxis& stride) {
    if (x.dim() != 2 && x.dim() != 3) {
        throw UserError("col2im.rank",
                        "col2im: expected [N, C, L] or [C, L], got " + x.type().str());
    }
    if (x.dim() == 2)
        return squeeze(col2im(unsqueeze(x, 0), image, kernel, dilation, padding, stride), 0);
    Attrs attrs = columns::attrs("col2im", 2, kernel, dilation, padding, stride);
    attrs.set("image", image.size() == 1 ? Shape(2, image[0]) : image.shape());
    return apply(col2im_op, {x}, attrs);
}

}  // namespace lithe
