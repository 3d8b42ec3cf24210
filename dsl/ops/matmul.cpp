// matmul(a, b)[.., i, j] = sum over k of a[.., i, k] * b[.., k, j]; the axes in front broadcast
#include "dsl/autograd.h"
#include "dsl/elementwise.h"
#include "dsl/lowering.h"
#include "dsl/matrix_product.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

TensorTypes infer(const OpCall& call) {
    const TensorType &a = call.input(0), &b = call.input(1);
    if (a.dtype != b.dtype) {
        throw UserError("matmul.dtype",
                        "matmul: operands differ in dtype: " + a.str() + " and " + b.str());
    }
    if (a.rank() < 2 || b.rank() < 2) {
        throw UserError("matmul.rank",
                        "matmul: expected matrices, got " + a.str() + " and " + b.str());
    }
    const Dim &columns = a.size(a.rank() - 1), &rows = b.size(b.rank() - 2);
    if (!same(columns, rows) && columns != rows) {
        throw UserError("matmul.inner_dim", "matmul: inner dimensions differ: lhs " + a.str() +
                                                " has " + columns.str() + " columns, rhs " +
                                                b.str() + " has " + rows.str() + " rows");
    }
    TensorType type{a.dtype, broadcast("matmul", {a.shape.begin(), a.shape.end() - 2},
                                       {b.shape.begin(), b.shape.end() - 2})};
    type.shape.push_back(a.size(a.rank() - 2));
    type.shape.push_back(b.size(b.rank() - 1));
    return type;
}

/// The first elements of the matrices of `x` that make the result's, in order.
std::vector<int64_t> matrix_offsets(const Array& x, const Array& out) {
    const Array batch = out.view({out.sizes().begin(), out.sizes().end() - 2},
                                 {out.strides().begin(), out.strides().end() - 2});
    const Array own = x.view({x.sizes().begin(), x.sizes().end() - 2},
                             {x.strides().begin(), x.strides().end() - 2});
    std::vector<int64_t> offsets;
    elementwise::for_each_index<1>({elementwise::broadcast_strides(own, batch)}, batch.sizes(),
                                   [&](int64_t, int64_t at) { offsets.push_back(at); });
    return offsets;
}

template <class T>
void multiply(const Array& a, const Array& b, const Array& out) {
    const int64_t rows = a.size(a.rank() - 2), inner = a.size(a.rank() - 1);
    const int64_t columns = b.size(b.rank() - 1);
    const std::vector<int64_t> at_a = matrix_offsets(a, out), at_b = matrix_offsets(b, out);
    for (size_t i = 0; i < at_a.size(); ++i) {
        matrix_product::multiply(rows, inner, columns,
                                 matrix_product::dense(a.data<T>() + at_a[i], inner),
                                 matrix_product::dense(b.data<T>() + at_b[i], columns),
                                 out.data<T>() + static_cast<int64_t>(i) * rows * columns);
    }
}

void reference(const OpCall&, std::span<const Array> in, std::span<const Array> out) {
    switch (in[0].dtype()) {
        case DType::f32:
            return multiply<float>(in[0], in[1], out[0]);
        case DType::f64:
            return multiply<double>(in[0], in[1], out[0]);
        case DType::i64:
            return multiply<int64_t>(in[0], in[1], out[0]);
        case DType::i32:
            return multiply<int32_t>(in[0], in[1], out[0]);
        default:
            break;
    }
    throw UserError("matmul.dtype", "matmul: no products of " + std::string(name(in[0].dtype())));
}

/// The engine sums what broadcasting repeated.
Tensors gradient(const GradientCall& g) {
    return {g.need(0) ? matmul(g.dy(), transpose(g.x(1), -1, -2)) : Tensor(),
            g.need(1) ? matmul(transpose(g.x(0), -1, -2), g.dy()) : Tensor()};
}

/// The coordinate of a matrix of operand `i`, axes of size 1 reading index 0.
Coords batch_coords(const LowerCall& call, int i) {
    const Shape& shape = call.call.input(i).shape;
    const size_t lead = call.at.size() - shape.size();
    Coords coords;
    for (size_t axis = 0; axis + 2 < shape.size(); ++axis) {
        coords.push_back(shape[axis].is_constant(1) ? Halide::Expr(0) : call.at[lead + axis]);
    }
    return coords;
}

Halide::Expr lower(const LowerCall& call) {
    const Coords a = batch_coords(call, 0), b = batch_coords(call, 1);
    const Halide::Expr row = call.at[call.at.size() - 2], column = call.at.back();
    return reduce_sum(call.size(call.call.input(0).shape.back()), [&](Halide::Expr k) {
        Coords left = a, right = b;
        left.insert(left.end(), {row, k});
        right.insert(right.end(), {k, column});
        return call.in(0, left) * call.in(1, right);
    });
}

}  // namespace

const Op matmul_op = {
    .name = "matmul",
    .trait = Trait::none,
    .infer = infer,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor matmul(const Tensor& a, const Tensor& b) {
    if (a.dim() == 0 || b.dim() == 0) {
        throw UserError("matmul.rank",
                        "matmul: a 0-d operand: " + a.type().str() + " and " + b.type().str());
    }
    if (a.dim() == 1 && b.dim() == 1) {
        return reshape(matmul(unsqueeze(a, 0), unsqueeze(b, 1)), {});
    }
    if (a.dim() == 1) return squeeze(matmul(unsqueeze(a, 0), b), -2);
    if (b.dim() == 1) return squeeze(matmul(a, unsqueeze(b, 1)), -1);
    if (a.dim() > 2 && b.dim() == 2) {  // one large product instead of many small ones
        Shape shape = a.sizes();
        const Tensor rows = flatten(a, 0, -2);
        shape.back() = b.size(1);
        return reshape(apply(matmul_op, {rows, b}), shape);
    }
    return apply(matmul_op, {a, b});
}

}  // namespace lithe
