// slice(x) {axis, begin, size, step}[.., i, ..] = x[.., begin + i * step, ..]
#include <limits>

#include "dsl/autograd.h"
#include "dsl/axis.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

TensorTypes infer(const OpCall& call) {
    const int axis = checked_axis(call);
    const Dim &begin = call.attrs.get_dim("begin"), &size = call.attrs.get_dim("size");
    const int64_t step = call.attrs.get_int("step");
    TensorType type = call.input(0);
    const Dim& have = type.size(axis);
    const bool is_known = begin.is_constant() && size.is_constant() && have.is_constant();
    const bool fits =
        !is_known || (begin.constant() >= 0 && size.constant() >= 0 &&
                      (size.constant() == 0 ||
                       begin.constant() + (size.constant() - 1) * step < have.constant()));
    if (step < 1 || !fits) {
        throw UserError("slice.range", "slice: " + size.str() + " elements from " + begin.str() +
                                           " by steps of " + std::to_string(step) +
                                           " do not lie within axis " + std::to_string(axis) +
                                           " of " + type.str());
    }
    type.shape[static_cast<size_t>(axis)] = size;
    return type;
}

Array view(const OpCall& call, const Array& in) {
    const auto axis = static_cast<size_t>(call.attrs.get_int("axis"));
    Sizes sizes = in.sizes(), strides = in.strides();
    const int64_t offset = call.attrs.get_int("begin") * strides[axis];
    sizes[axis] = call.attrs.get_int("size");
    strides[axis] *= call.attrs.get_int("step");
    return in.view(sizes, strides, sizes[axis] == 0 ? 0 : offset);
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    out[0].copy_from(view(call, in[0]));
}

Tensors gradient(const GradientCall& g) {
    return {apply(slice_scatter_op, {zeros(g.x().sizes(), g.dy().dtype()), g.dy()}, g.call.attrs)};
}

Tensor unview(const OpCall& call, const Tensor& base, const Tensor& result) {
    return apply(slice_scatter_op, {base, result}, call.attrs);
}

Halide::Expr lower(const LowerCall& call) {
    const auto axis = static_cast<size_t>(call.call.attrs.get_int("axis"));
    const Dim &begin = call.call.attrs.get_dim("begin"), &have = call.call.input(0).shape[axis];
    Coords from = call.at;
    from[axis] = call.size(begin) + from[axis] * static_cast<int>(call.call.attrs.get_int("step"));
    const bool is_checked =
        begin.is_constant() && have.is_constant() && call.call.attrs.get_dim("size").is_constant();
    if (!is_checked) from[axis] = clamp(from[axis], 0, max(call.size(have) - 1, 0));
    return call.in(0, from);
}

}  // namespace

const Op slice_op = {
    .name = "slice",
    .trait = Trait::injective | Trait::view,
    .infer = infer,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
    .view = view,
    .unview = unview,
};

Attrs slice_attrs(const TensorType& x, int64_t axis, const std::optional<Dim>& begin,
                  const std::optional<Dim>& end, int64_t step) {
    const int at = normalize_axis("slice", axis, x.rank());
    if (step < 1) {
        throw UserError("slice.step",
                        "slice: expected a positive step, got " + std::to_string(step));
    }
    if (x.rank() == 0) throw UserError("slice.axis", "slice: a 0-d tensor has no axis to slice");
    const Dim have = x.size(at);
    // A constant below zero counts from the end; bounds beyond the axis stop at it. Symbolic ones
    // are taken to lie within.
    const auto bound = [&](const std::optional<Dim>& given, const Dim& absent) -> Dim {
        if (!given) return absent;
        Dim wanted = *given;
        if (wanted.is_constant() && wanted.constant() < 0) {
            wanted = have + wanted;
            return wanted.is_constant() ? max(wanted, Dim(0)) : wanted;
        }
        if (!wanted.is_constant()) return wanted;
        if (wanted.constant() >= std::numeric_limits<int32_t>::max()) return have;
        return have.is_constant() ? min(wanted, have) : wanted;
    };
    const Dim from = bound(begin, Dim(0)), to = bound(end, have);
    Dim size = ceil_div(to - from, Dim(step));
    if (size.is_constant()) size = max(size, Dim(0));
    return {{"axis", Dim(at)}, {"begin", from}, {"size", size}, {"step", Dim(step)}};
}

Tensor slice(const Tensor& x, int64_t axis, std::optional<Dim> begin, std::optional<Dim> end,
             int64_t step) {
    const TensorType type = x.type();
    const Attrs attrs = slice_attrs(type, axis, begin, end, step);
    const bool is_whole =
        attrs.get_dim("begin").is_constant(0) && step == 1 &&
        same(attrs.get_dim("size"), type.size(static_cast<int>(attrs.get_int("axis"))));
    return is_whole ? x : apply(slice_op, {x}, attrs);
}

}  // namespace lithe
