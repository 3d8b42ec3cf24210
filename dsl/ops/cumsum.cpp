// cumsum(x) {axis}[.., i, ..] = sum over j <= i of x[.., j, ..]
#include "dsl/autograd.h"
#include "dsl/axis.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

TensorTypes infer(const OpCall& call) {
    checked_axis(call);
    if (call.input(0).dtype == DType::boolean) {
        throw UserError("cumsum.dtype", "cumsum: expected numbers, got " + call.input(0).str());
    }
    return call.input(0);
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const AxisSplit split(in[0], call.attrs.get_int("axis"));
    visit(in[0].dtype(), [&]<class T>(T) {
        split.for_each_line([&](int64_t at) {
            T total = 0;
            for (int64_t i = 0; i < split.size; ++i) {
                total = static_cast<T>(total + in[0].data<T>()[at + i * split.inner]);
                out[0].data<T>()[at + i * split.inner] = total;
            }
        });
    });
}

Tensors gradient(const GradientCall& g) {
    const int64_t axis = g.call.attrs.get_int("axis");
    return {flip(cumsum(flip(g.dy(), axis), axis), axis)};
}

Halide::Expr lower(const LowerCall& call) {
    const auto axis = static_cast<size_t>(call.call.attrs.get_int("axis"));
    const Halide::Expr size = call.size(call.call.input(0).shape[axis]);
    return reduce_sum(size, [&](Halide::Expr j) {
        Coords from = call.at;
        from[axis] = j;
        return select(j <= call.at[axis], call.in(0, from), constant(call.out_types[0].dtype, 0));
    });
}

}  // namespace

const Op cumsum_op = {
    .name = "cumsum",
    .trait = Trait::none,
    .infer = infer,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor cumsum(const Tensor& x, int64_t axis) {
    const Tensor from = x.is_floating_point() ? x : x.to(DType::i64);
    if (x.dim() == 0) return from;
    const int at = normalize_axis("cumsum", axis, static_cast<int>(x.dim()));
    return apply(cumsum_op, {from}, {{"axis", Dim(at)}});
}

}  // namespace lithe
