// conv(x, w, b)[n, k, p...] = b[k] + sum over c, t... of
//   x[n, c, p * stride + t * dilation - pad_begin, ...] * w[k, c, t, ...]
//
// with c over the channels of k's group; outside of x are zeros; b may be left out.
//
// Source: Dumoulin, Visin, "A guide to convolution arithmetic for deep learning", 2016.
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
    const TensorType &x = call.input(0), &w = call.input(1);
    convolution::check(call, x, w, /*is_image=*/true);
    if (call.input_count() > 2 && !same(call.input(2), {x.dtype, {w.size(0)}})) {
        throw UserError("conv.bias",
                        "conv: the bias is " + call.input(2).str() + ", the weight " + w.str());
    }
    const Attrs& attrs = call.attrs;
    TensorType type{x.dtype, {x.size(0), w.size(0)}};
    for (int i = 0; i < x.rank() - 2; ++i) {
        const auto axis = static_cast<size_t>(i);
        const Dim count =
            window::places(x.size(i + 2), w.size(i + 2), attrs.get_shape("stride")[axis],
                           attrs.get_shape("pad_begin")[axis], attrs.get_shape("pad_end")[axis],
                           attrs.get_shape("dilation")[axis]);
        if (count.is_constant() && count.constant() < 1) {
            throw UserError("conv.kernel", "conv: the kernel of weight " + w.str() +
                                               " is larger than the padded input " + x.str() +
                                               " along spatial axis " + std::to_string(i));
        }
        type.shape.push_back(count);
    }
    return type;
}

template <class T>
void add_bias(const Array& bias, const convolution::Loops& loops, T* y) {
    for (int64_t n = 0; n < loops.batch; ++n) {
        for (int64_t k = 0; k < bias.count(); ++k) {
            const T value = bias.data<T>()[k];
            for (int64_t p = 0; p < loops.places; ++p) *y++ += value;
        }
    }
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const convolution::Loops loops(call, in[0], out[0], in[1]);
    visit_float(in[0].dtype(), [&]<class T>(T) {
        const int64_t inner = loops.channels * loops.taps;
        std::vector<T> columns(static_cast<size_t>(inner * loops.places));
        loops.for_each_group([&](int64_t image, int64_t outgoing, int64_t weight) {
            loops.fill_columns(in[0].data<T>() + image, columns.data());
            matrix_product::multiply(loops.filters, inner, loops.places,
                                     matrix_product::dense(in[1].data<T>() + weight, inner),
                                     matrix_product::dense<T>(columns.data(), loops.places),
                                     out[0].data<T>() + outgoing);
        });
        if (in.size() > 2) add_bias(in[2], loops, out[0].data<T>());
    });
}

Tensors gradient(const GradientCall& g) {
    Tensors result(g.in.size());
    Attrs attrs = g.call.attrs;
    if (g.need(0)) result[0] = conv_transpose_to(g.dy(), g.x(1), attrs, g.x(0).sizes());
    if (g.need(1)) {
        attrs.set("kernel", window::spatial(g.x(1).sizes()));
        result[1] = apply(conv_weight_gradient_op, {g.x(0), g.dy()}, attrs);
    }
    if (g.in.size() > 2 && g.need(2)) {
        Sizes axes{0};
        for (int64_t axis = 2; axis < g.dy().dim(); ++axis) axes.push_back(axis);
        result[2] = sum(g.dy(), axes);
    }
    return result;
}

Halide::Expr lower(const LowerCall& call) {
    const Shape &x = call.call.input(0).shape, &w = call.call.input(1).shape;
    const Shape image = window::spatial(x), kernel = window::spatial(w);
    const Dim per_group = floor_div(w[0], call.call.attrs.get_dim("groups"));
    const Halide::Expr n = call.at[0], k = call.at[1];
    const Coords place(call.at.begin() + 2, call.at.end());
    const Halide::Expr y = reduce_sum(call.size(w[1] * product(kernel)), [&](Halide::Expr r) {
        Shape sizes = kernel;
        sizes.insert(sizes.begin(), w[1]);
        Coords at = window::unflatten(call, r, sizes);
        const Halide::Expr c = at[0];
        at.erase(at.begin());
        const Coords from = window::image_coords(call, place, at);
        const Halide::Expr group =
            same(per_group, w[0]) ? Halide::Expr(0) : k / call.size(per_group);
        Coords pixel = window::clamped(call, from, image), tap = at;
        pixel.insert(pixel.begin(), {n, group * call.size(w[1]) + c});
        tap.insert(tap.begin(), {k, c});
        const Halide::Expr value = call.in(0, pixel) * call.in(1, tap);
        return select(window::inside(call, from, image), value,
                      Halide::Internal::make_zero(value.type()));
    });
    return call.call.input_count() > 2 ? y + call.in(2, {k}) : y;
}

}  // namespace

const Op conv_op = {
    .name = "conv",
    .trait = Trait::none,
    .infer = infer,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor conv(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvOptions& options) {
    if (x.defined() && weight.defined() && x.dim() == weight.dim() - 1) {  // a sample without batch
        return squeeze(conv(unsqueeze(x, 0), weight, bias, options), 0);
    }
    const Attrs attrs = convolution_attrs("conv", weight.dim() - 2, options);
    return bias.defined() ? apply(conv_op, {x, weight, bias}, attrs)
                          : apply(conv_op, {x, weight}, attrs);
}

}  // namespace lithe
