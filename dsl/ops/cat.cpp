// cat(x0, x1, ...) {axis} = the operands one after the other along the axis
#include "dsl/autograd.h"
#include "dsl/axis.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

TensorTypes infer(const OpCall& call) {
    if (call.inputs.empty())
        throw UserError("cat.empty", "cat: expected at least one tensor, got 0");
    const int axis = checked_axis(call);
    TensorType type = call.input(0);
    Dim total = 0;
    for (const TensorType& input : call.inputs) {
        bool fits = input.dtype == type.dtype && input.rank() == type.rank();
        for (int i = 0; fits && i < type.rank(); ++i) {
            fits = i == axis || same(input.size(i), type.size(i)) || input.size(i) == type.size(i);
        }
        if (!fits) {
            throw UserError("cat.shapes", "cat: " + type.str() + " and " + input.str() +
                                              " differ in more than axis " + std::to_string(axis));
        }
        for (int i = 0; i < type.rank(); ++i) {  // a size says more than a number that escaped
            Dim& size = type.shape[static_cast<size_t>(i)];
            if (size.is_constant()) size = input.size(i);
        }
        total = total + input.size(axis);
    }
    type.shape[static_cast<size_t>(axis)] = total;
    return type;
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const auto axis = static_cast<size_t>(call.attrs.get_int("axis"));
    int64_t at = 0;
    for (const Array& part : in) {
        const int64_t size = part.sizes()[axis];
        if (size == 0) continue;
        out[0].view(part.sizes(), out[0].strides(), at * out[0].strides()[axis]).copy_from(part);
        at += size;
    }
}

Tensors gradient(const GradientCall& g) {
    const auto axis = g.call.attrs.get_int("axis");
    Tensors parts;
    Dim at = 0;
    for (size_t i = 0; i < g.in.size(); ++i) {
        const Dim size = g.in[i].size(axis);
        parts.push_back(g.needs[i] ? narrow(g.dy(), axis, at, size) : Tensor());
        at = at + size;
    }
    return parts;
}

/// Each operand is read at clamped coordinates; the last whose begin is reached is chosen.
Halide::Expr lower(const LowerCall& call) {
    const auto axis = static_cast<size_t>(call.call.attrs.get_int("axis"));
    Halide::Expr result;
    Dim begin = 0;
    for (int i = 0; i < call.call.input_count(); ++i) {
        const Dim& size = call.call.input(i).shape[axis];
        if (size.is_constant(0)) continue;
        Coords from = call.at;
        from[axis] = clamp(call.at[axis] - call.size(begin), 0, max(call.size(size) - 1, 0));
        const Halide::Expr part = call.in(i, from);
        result = result.defined() ? select(call.at[axis] >= call.size(begin), part, result) : part;
        begin = begin + size;
    }
    return result.defined() ? result : constant(call.out_types[0].dtype, 0);
}

}  // namespace

const Op cat_op = {
    .name = "cat",
    .trait = Trait::injective,
    .infer = infer,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor cat(const Tensors& parts, int64_t axis) {
    if (parts.empty()) throw UserError("cat.empty", "cat: expected at least one tensor, got 0");
    DType dtype = parts[0].dtype();
    for (const Tensor& part : parts) dtype = promote(dtype, part.dtype());
    Tensors same_dtype;
    for (const Tensor& part : parts) {
        // PyTorch lets f32[0] stand for nothing at all.
        const Shape shape = part.sizes();
        if (parts.size() > 1 && shape.size() == 1 && shape[0].is_constant(0)) continue;
        same_dtype.push_back(part.to(dtype));
    }
    if (same_dtype.empty()) return parts[0].to(dtype);
    const int rank = static_cast<int>(same_dtype[0].dim());
    if (rank == 0) throw UserError("cat.rank", "cat: 0-d tensors have no axis to join along");
    return apply(cat_op, same_dtype, {{"axis", Dim(normalize_axis("cat", axis, rank))}});
}

}  // namespace lithe
