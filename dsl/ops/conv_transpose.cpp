// conv_transpose(y, w, b)[n, c, i...] = b[c] + sum over k, p, t with i = p * stride + t * dilation
// - pad_begin of y[n, k, p, ...] * w[k, c, t, ...]: the transpose of conv with the same weight
//
// {output_padding} adds to the size of the result, which conv's rounding leaves open.
//
// Source: Dumoulin, Visin, "A guide to convolution arithmetic for deep learning", 2016.
#include <algorithm>

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
    const TensorType &y = call.input(0), &w = call.input(1);
    convolution::check(call, y, w, /*is_image=*/false);
    const Attrs& attrs = call.attrs;
    const Dim channels = w.size(1) * attrs.get_dim("groups");
    if (call.input_count() > 2 && !same(call.input(2), {y.dtype, {channels}})) {
        throw UserError("conv_transpose.bias", "conv_transpose: the bias is " +
                                                   call.input(2).str() + ", the result has " +
                                                   channels.str() + " channels");
    }
    const Shape& extra = attrs.get_shape("output_padding");
    if (extra.size() + 2 != w.shape.size()) {
        throw UserError("conv_transpose.output_padding",
                        "conv_transpose: output_padding " + str(extra) + " for weight " + w.str());
    }
    TensorType type{y.dtype, {y.size(0), channels}};
    for (size_t i = 0; i < extra.size(); ++i) {
        const Dim size = (y.shape[i + 2] - 1) * attrs.get_shape("stride")[i] -
                         attrs.get_shape("pad_begin")[i] - attrs.get_shape("pad_end")[i] +
                         attrs.get_shape("dilation")[i] * (w.shape[i + 2] - 1) + extra[i] + 1;
        if (size.is_constant() && size.constant() < 1) {
            throw UserError("conv_transpose.size", "conv_transpose: the result of " + y.str() +
                                                       " and weight " + w.str() + " has size " +
                                                       size.str() + " along spatial axis " +
                                                       std::to_string(i));
        }
        type.shape.push_back(size);
    }
    return type;
}

template <class T>
void start_with_bias(const Array& bias, const Array& out) {
    const int64_t channels = out.size(1),
                  pixels = out.count() / std::max<int64_t>(out.size(0) * channels, 1);
    T* x = out.data<T>();
    for (int64_t n = 0; n < out.size(0); ++n) {
        for (int64_t c = 0; c < channels; ++c, x += pixels)
            std::fill_n(x, pixels, bias.data<T>()[c]);
    }
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const convolution::Loops loops(call, out[0], in[0], in[1]);
    visit_float(in[0].dtype(), [&]<class T>(T) {
        std::fill_n(out[0].data<T>(), out[0].count(), T(0));
        if (in.size() > 2) start_with_bias<T>(in[2], out[0]);
        const int64_t inner = loops.channels * loops.taps;
        std::vector<T> columns(static_cast<size_t>(inner * loops.places));
        loops.for_each_group([&](int64_t image, int64_t outgoing, int64_t weight) {
            matrix_product::multiply(
                inner, loops.filters, loops.places,
                matrix_product::transposed(in[1].data<T>() + weight, inner),
                matrix_product::dense(in[0].data<T>() + outgoing, loops.places), columns.data());
            loops.add_columns(columns.data(), out[0].data<T>() + image);
        });
    });
}

Tensors gradient(const GradientCall& g) {
    Tensors result(g.in.size());
    Attrs attrs = g.call.attrs;
    attrs.erase("output_padding");
    if (g.need(0)) result[0] = apply(conv_op, {g.dy(), g.x(1)}, attrs);
    if (g.need(1)) {
        attrs.set("kernel", window::spatial(g.x(1).sizes()));
        result[1] = apply(conv_weight_gradient_op, {g.dy(), g.x(0)}, attrs);
    }
    if (g.in.size() > 2 && g.need(2)) {
        Sizes axes{0};
        for (int64_t axis = 2; axis < g.dy().dim(); ++axis) axes.push_back(axis);
        result[2] = sum(g.dy(), axes);
    }
    return result;
}

Halide::Expr lower(const LowerCall& call) {
    const Attrs& attrs = call.call.attrs;
    const Shape &y = call.call.input(0).shape, &w = call.call.input(1).shape;
    const Shape places = window::spatial(y), kernel = window::spatial(w);
    const Dim filters = floor_div(w[0], attrs.get_dim("groups"));  // of one group
    const Halide::Expr n = call.at[0], channel = call.at[1];
    const bool is_one_group = attrs.get_dim("groups").is_constant(1);
    const Halide::Expr group = is_one_group ? Halide::Expr(0) : channel / call.size(w[1]);
    const Halide::Expr c = is_one_group ? channel : channel % call.size(w[1]);
    const Halide::Expr x = reduce_sum(call.size(filters * product(kernel)), [&](Halide::Expr r) {
        Shape sizes = kernel;
        sizes.insert(sizes.begin(), filters);
        Coords tap = window::unflatten(call, r, sizes);
        const Halide::Expr k = group * call.size(filters) + tap[0];
        tap.erase(tap.begin());
        Coords place;
        Halide::Expr meets = Halide::cast<bool>(1);
        for (size_t i = 0; i < kernel.size(); ++i) {
            const Halide::Expr stride = call.size(attrs.get_shape("stride")[i]);
            const Halide::Expr moved = call.at[i + 2] + call.size(attrs.get_shape("pad_begin")[i]) -
                                       tap[i] * call.size(attrs.get_shape("dilation")[i]);
            meets =
                meets && moved >= 0 && moved % stride == 0 && moved / stride < call.size(places[i]);
            place.push_back(moved / stride);
        }
        Coords from = window::clamped(call, place, places);
        from.insert(from.begin(), {n, k});
        tap.insert(tap.begin(), {k, c});
        const Halide::Expr value = call.in(0, from) * call.in(1, tap);
        return select(meets, value, Halide::Internal::make_zero(value.type()));
    });
    return call.call.input_count() > 2 ? x + call.in(2, {channel}) : x;
}

}  // namespace

const Op conv_transpose_op = {
    .name = "conv_transpose",
    .trait = Trait::none,
    .infer = infer,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor conv_transpose(const Tensor& y, const Tensor& weight, const Tensor& bias,
                      const ConvOptions& options, const PerAxis& output_padding) {
    if (y.defined() && weight.defined() && y.dim() == weight.dim() - 1) {
        return squeeze(conv_transpose(unsqueeze(y, 0), weight, bias, options, output_padding), 0);
    }
    const int64_t rank = weight.dim() - 2;
    Attrs attrs = convolution_attrs("conv_transpose", rank, options);
    attrs.set("output_padding", to_shape(per_axis("conv_transpose", output_padding, rank)));
    return bias.defined() ? apply(conv_transpose_op, {y, weight, bias}, attrs)
                          : apply(conv_transpose_op, {y, weight}, attrs);
}

Tensor conv_transpose_to(const Tensor& y, const Tensor& weight, const Attrs& conv_attrs,
                         const Shape& image) {
    Attrs attrs = conv_attrs;
    Shape extra(static_cast<size_t>(weight.dim()) - 2, Dim(0));
    attrs.set("output_padding", extra);
    for (size_t i = 0; i < extra.size(); ++i) {
        const auto axis = static_cast<int64_t>(i) + 2;
        const Dim least = (y.size(axis) - 1) * attrs.get_shape("stride")[i] -
                          attrs.get_shape("pad_begin")[i] - attrs.get_shape("pad_end")[i] +
                          attrs.get_shape("dilation")[i] * (weight.size(axis) - 1) + 1;
        extra[i] = image[i + 2] - least;
    }
    attrs.set("output_padding", extra);
    return apply(conv_transpose_op, {y, weight}, attrs);
}

}  // namespace lithe
