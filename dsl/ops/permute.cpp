// permute(x, perm)[i0, i1, ...] = x at the index j with j[perm[k]] = ik
#include "dsl/autograd.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

Shape inverse(const Shape& perm) {
    Shape result(perm.size());
    for (size_t i = 0; i < perm.size(); ++i) {
        result[static_cast<size_t>(perm[i].constant())] = Dim(i);
    }
    return result;
}

TensorTypes infer(const OpCall& call) {
    const Sizes perm = call.attrs.get_ints("perm");
    const TensorType& x = call.input(0);
    std::vector<bool> seen(x.shape.size(), false);
    TensorType type{x.dtype, {}};
    for (const int64_t axis : perm) {
        if (axis < 0 || axis >= x.rank() || seen[static_cast<size_t>(axis)] ||
            perm.size() != x.shape.size()) {
            throw UserError("permute.perm", "permute: " + str(to_shape(perm)) +
                                                " is not a permutation of the axes of " + x.str());
        }
        seen[static_cast<size_t>(axis)] = true;
        type.shape.push_back(x.size(static_cast<int>(axis)));
    }
    return perm.size() == x.shape.size()
               ? type
               : throw UserError("permute.perm", "permute: expected " + std::to_string(x.rank()) +
                                                     " axes, got " + std::to_string(perm.size()));
}

Array view(const OpCall& call, const Array& in) {
    Sizes sizes, strides;
    for (const int64_t axis : call.attrs.get_ints("perm")) {
        sizes.push_back(in.sizes()[static_cast<size_t>(axis)]);
        strides.push_back(in.strides()[static_cast<size_t>(axis)]);
    }
    return in.view(sizes, strides);
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    out[0].copy_from(view(call, in[0]));
}

Tensor back(const OpCall& call, const Tensor& result) {
    return apply(permute_op, {result}, {{"perm", inverse(call.attrs.get_shape("perm"))}});
}

Tensors gradient(const GradientCall& g) { return {back(g.call, g.dy())}; }

Tensor unview(const OpCall& call, const Tensor&, const Tensor& result) {
    return back(call, result);
}

Halide::Expr lower(const LowerCall& call) {
    const Sizes perm = call.call.attrs.get_ints("perm");
    Coords from(perm.size());
    for (size_t i = 0; i < perm.size(); ++i) from[static_cast<size_t>(perm[i])] = call.at[i];
    return call.in(0, from);
}

}  // namespace

const Op permute_op = {
    .name = "permute",
    .trait = Trait::injective | Trait::view,
    .infer = infer,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
    .view = view,
    .unview = unview,
};

Tensor permute(const Tensor& x, const Sizes& perm) {
    Shape axes;
    for (const int64_t axis : perm) {
        axes.push_back(normalize_axis("permute", axis, static_cast<int>(x.dim())));
    }
    return apply(permute_op, {x}, {{"perm", axes}});
}

}  // namespace lithe
