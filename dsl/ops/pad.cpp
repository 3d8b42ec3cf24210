// pad(x) {begin, end, value}: `value` around x; negative widths cut
#include <algorithm>

#include "dsl/autograd.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

TensorTypes infer(const OpCall& call) {
    const Shape &begin = call.attrs.get_shape("begin"), &end = call.attrs.get_shape("end");
    TensorType type = call.input(0);
    if (begin.size() != type.shape.size() || end.size() != type.shape.size()) {
        throw UserError("pad.axes", "pad: widths for " + std::to_string(begin.size()) +
                                        " axes, the tensor is " + type.str());
    }
    for (size_t i = 0; i < begin.size(); ++i) {
        type.shape[i] = type.shape[i] + begin[i] + end[i];
        if (type.shape[i].is_constant() && type.shape[i].constant() < 0) {
            throw UserError("pad.negative", "pad: widths " + str(begin) + " and " + str(end) +
                                                " leave a negative size of " + call.input(0).str());
        }
    }
    return type;
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const Sizes begin = call.attrs.get_ints("begin"), end = call.attrs.get_ints("end");
    visit(out[0].dtype(), [&]<class T>(T) {
        std::fill_n(out[0].data<T>(), out[0].count(),
                    static_cast<T>(call.attrs.get_float("value")));
    });
    Sizes sizes = in[0].sizes();
    int64_t from = 0, to = 0;
    for (size_t i = 0; i < sizes.size(); ++i) {
        sizes[i] += std::min<int64_t>(begin[i], 0) + std::min<int64_t>(end[i], 0);
        if (sizes[i] <= 0) return;
        from += std::max<int64_t>(-begin[i], 0) * in[0].strides()[i];
        to += std::max<int64_t>(begin[i], 0) * out[0].strides()[i];
    }
    out[0].view(sizes, out[0].strides(), to).copy_from(in[0].view(sizes, in[0].strides(), from));
}

Tensors gradient(const GradientCall& g) {
    Shape begin, end;
    for (const Dim& width : g.call.attrs.get_shape("begin")) begin.push_back(-width);
    for (const Dim& width : g.call.attrs.get_shape("end")) end.push_back(-width);
    return {apply(pad_op, {g.dy()}, {{"begin", begin}, {"end", end}, {"value", 0.0}})};
}

Halide::Expr lower(const LowerCall& call) {
    const Shape &begin = call.call.attrs.get_shape("begin"),
                &end = call.call.attrs.get_shape("end");
    const Shape& have = call.call.input(0).shape;
    Coords from = call.at;
    Halide::Expr inside = Halide::cast<bool>(1);
    for (size_t i = 0; i < begin.size(); ++i) {
        if (begin[i].is_constant(0) && end[i].is_constant(0)) continue;
        const Halide::Expr index = call.at[i] - call.size(begin[i]);
        inside = inside && index >= 0 && index < call.size(have[i]);
        from[i] = clamp(index, 0, max(call.size(have[i]) - 1, 0));
    }
    const DType dtype = call.out_types[0].dtype;
    return select(inside, call.in(0, from), constant(dtype, call.call.attrs.get_float("value")));
}

}  // namespace

const Op pad_op = {
    .name = "pad",
    .trait = Trait::injective,
    .infer = infer,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor constant_pad(const Tensor& x, const ShapeArg& widths, double value) {
    const auto rank = static_cast<size_t>(x.dim());
    if (widths.size() % 2 != 0 || widths.size() > 2 * rank) {
        throw UserError("pad.widths", "pad: expected up to " + std::to_string(rank) +
                                          " pairs of widths, last axis first, got " + str(widths));
    }
    Shape begin(rank, Dim(0)), end(rank, Dim(0));
    for (size_t i = 0; i < widths.size() / 2; ++i) {
        begin[rank - 1 - i] = widths[2 * i];
        end[rank - 1 - i] = widths[2 * i + 1];
    }
    return apply(pad_op, {x}, {{"begin", begin}, {"end", end}, {"value", value}});
}

}  // namespace lithe
