// linear(x, w, b)[.., n] = sum over k of x[.., k] * w[n, k] + b[n]; b may be left out
#include "dsl/autograd.h"
#include "dsl/lowering.h"
#include "dsl/matrix_product.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

TensorTypes infer(const OpCall& call) {
    const TensorType &x = call.input(0), &w = call.input(1);
    if (x.dtype != w.dtype || !is_floating(x.dtype)) {
        throw UserError("linear.dtype", "linear: expected one floating-point dtype, got " +
                                            x.str() + " and weight " + w.str());
    }
    if (x.rank() < 1 || w.rank() != 2) {
        throw UserError("linear.rank",
                        "linear: the weight must have 2 axes and the input at least "
                        "1, got " +
                            w.str() + " and " + x.str());
    }
    const Dim& have = x.shape.back();
    if (!same(have, w.size(1)) && have != w.size(1)) {
        throw UserError("linear.features", "linear: the input " + x.str() + " has " + have.str() +
                                               " features, the weight " + w.str() + " takes " +
                                               w.size(1).str());
    }
    if (call.input_count() > 2 && !same(call.input(2), {x.dtype, {w.size(0)}})) {
        throw UserError("linear.bias",
                        "linear: the bias is " + call.input(2).str() + ", the weight " + w.str());
    }
    TensorType type = x;
    type.shape.back() = w.size(0);
    return type;
}

void reference(const OpCall&, std::span<const Array> in, std::span<const Array> out) {
    visit_float(in[0].dtype(), [&]<class T>(T) {
        const int64_t features = in[1].size(0), inner = in[1].size(1);
        const int64_t rows = features == 0 ? 0 : out[0].count() / features;
        T* y = out[0].data<T>();
        matrix_product::multiply(rows, inner, features,
                                 matrix_product::dense(in[0].data<T>(), inner),
                                 matrix_product::transposed(in[1].data<T>(), inner), y);
        if (in.size() < 3) return;
        const T* bias = in[2].data<T>();
        for (int64_t i = 0; i < rows; ++i) {
            for (int64_t k = 0; k < features; ++k) y[i * features + k] += bias[k];
        }
    });
}

Tensors gradient(const GradientCall& g) {
    const Tensor &x = g.x(0), &w = g.x(1), &dy = g.dy();
    Tensors result(g.in.size());
    if (g.need(0)) result[0] = matmul(dy, w);
    if (g.need(1)) {
        const auto rows = [](const Tensor& t) {
            return t.dim() == 1 ? unsqueeze(t, 0) : flatten(t, 0, -2);
        };
        result[1] = matmul(transpose(rows(dy), 0, 1), rows(x));
    }
    if (g.in.size() > 2 && g.need(2)) result[2] = sum_to(dy, g.x(2).sizes());
    return result;
}

Halide::Expr lower(const LowerCall& call) {
    const Halide::Expr feature = call.at.back();
    const Halide::Expr y = reduce_sum(call.size(call.call.input(1).shape[1]), [&](Halide::Expr k) {
        Coords from = call.at;
        from.back() = k;
        return call.in(0, from) * call.in(1, {feature, k});
    });
    return call.call.input_count() > 2 ? y + call.in(2, {feature}) : y;
}

}  // namespace

const Op linear_op = {
    .name = "linear",
    .trait = Trait::none,
    .infer = infer,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
    if (weight.defined() && weight.dim() == 1) {  // as PyTorch takes a single output
        const Tensor y = matmul(x, weight);
        return bias.defined() ? y + bias : y;
    }
    return bias.defined() ? apply(linear_op, {x, weight, bias}) : apply(linear_op, {x, weight});
}

}  // namespace lithe
