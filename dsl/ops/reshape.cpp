// reshape(x) {shape}: the elements of x in row-major order under other sizes
#include "dsl/autograd.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

TensorTypes infer(const OpCall& call) {
    const Shape& shape = call.attrs.get_shape("shape");
    for (const Dim& size : shape) {
        if (size.is_constant() && size.constant() < 0) {
            throw UserError("reshape.size", "reshape: a negative size in " + str(shape));
        }
    }
    const Dim have = call.input(0).count(), want = product(shape);
    if (!same(have, want) && have != want) {
        throw UserError("reshape.count", "reshape: " + call.input(0).str() + " has " + have.str() +
                                             " elements, " + str(shape) + " has " + want.str());
    }
    return TensorType{call.input(0).dtype, shape};
}

/// Walks both shapes from the end: every run of new axes must lie evenly in memory.
Array view(const OpCall& call, const Array& in) {
    const Sizes sizes = constant_sizes(call.attrs.get_shape("shape"));
    if (in.is_dense()) return in.view(sizes, Array::dense_strides(sizes));
    Sizes old_sizes, old_strides, strides(sizes.size(), 1);
    for (size_t i = 0; i < in.sizes().size(); ++i) {
        if (in.sizes()[i] == 1) continue;
        old_sizes.push_back(in.sizes()[i]);
        old_strides.push_back(in.strides()[i]);
    }
    size_t to = sizes.size();
    for (size_t axis = old_sizes.size(); axis-- > 0;) {
        const int64_t base = old_strides[axis];
        int64_t run = old_sizes[axis];
        while (axis > 0 && old_strides[axis - 1] == base * run) run *= old_sizes[--axis];
        int64_t filled = 1;
        while (to > 0 && (filled < run || sizes[to - 1] == 1)) {
            strides[to - 1] = base * filled;
            filled *= sizes[--to];
        }
        if (filled != run) return {};
    }
    return in.view(sizes, strides);
}

void reference(const OpCall&, std::span<const Array> in, std::span<const Array> out) {
    out[0].copy_from(in[0].reshape(out[0].sizes()));
}

Tensors gradient(const GradientCall& g) { return {reshape(g.dy(), g.x().sizes())}; }

Tensor unview(const OpCall&, const Tensor& base, const Tensor& result) {
    return reshape(result, base.sizes());
}

Halide::Expr lower(const LowerCall& call) {
    const Shape &to = call.out_types[0].shape, &from = call.call.input(0).shape;
    Halide::Expr flat = 0;
    for (size_t i = 0; i < to.size(); ++i) flat = flat * call.size(to[i]) + call.at[i];
    Coords coords(from.size());
    for (size_t i = from.size(); i-- > 0;) {
        const Halide::Expr size = call.size(from[i]);
        coords[i] = i == 0 ? flat : flat % size;
        flat = flat / size;
    }
    return call.in(0, coords);
}

}  // namespace

const Op reshape_op = {
    .name = "reshape",
    .trait = Trait::injective | Trait::view,
    .infer = infer,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
    .view = view,
    .unview = unview,
};

Tensor reshape(const Tensor& x, const ShapeArg& shape) {
    const Shape have = x.sizes();
    Shape target = shape.shape();
    Dim known = 1;
    Dim* open = nullptr;
    for (Dim& size : target) {
        if (!size.is_constant(-1)) {
            known = known * size;
        } else if (open) {
            throw UserError("reshape.infer", "reshape: more than one size is -1 in " + str(shape));
        } else {
            open = &size;
        }
    }
    if (open) {
        const Dim count = product(have);
        const bool fits =
            !known.is_constant(0) && (divide_exactly(count, known) || count % known == 0);
        if (!fits) {
            throw UserError("reshape.infer", "reshape: the " + count.str() + " elements of " +
                                                 x.type().str() + " do not fill " + str(shape));
        }
        *open = floor_div(count, known);
    }
    return same(have, target) ? x : apply(reshape_op, {x}, {{"shape", target}});
}

}  // namespace lithe
