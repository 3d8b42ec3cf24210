// gather(x, index) {axis}[.., i, ..] = x[.., index[.., i, ..], ..]
#include "dsl/autograd.h"
#include "dsl/indexing_loops.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"

namespace lithe {
namespace {

TensorTypes infer(const OpCall& call) {
    indexing::check_index(call);
    return TensorType{call.input(0).dtype, call.input(1).shape};
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const auto axis = static_cast<size_t>(call.attrs.get_int("axis"));
    const int64_t* index = in[1].data<int64_t>();
    visit(in[0].dtype(), [&]<class T>(T) {
        const T* x = in[0].data<T>();
        T* y = out[0].data<T>();
        indexing::for_each_entry(in[0], in[1], axis, [&](int64_t i, int64_t line) {
            y[i] = x[line + indexing::checked("gather", index[i], in[0].sizes()[axis]) *
                                in[0].strides()[axis]];
        });
    });
}

Tensors gradient(const GradientCall& g) {
    return {scatter_add(zeros(g.x().sizes(), g.dy().dtype()), g.call.attrs.get_int("axis"), g.x(1),
                        g.dy())};
}

Halide::Expr lower(const LowerCall& call) {
    const auto axis = static_cast<size_t>(call.call.attrs.get_int("axis"));
    Coords from = call.at;
    from[axis] = indexing::lower_index(call, call.in(1, call.at), call.call.input(0).shape[axis]);
    return call.in(0, from);
}

}  // namespace

const Op gather_op = {
    .name = "gather",
    .trait = Trait::none,
    .infer = infer,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor gather(const Tensor& x, int64_t axis, const Tensor& index, bool /*sparse_grad*/) {
    const int at = normalize_axis("gather", axis, static_cast<int>(x.dim()));
    if (x.dim() == 0)
        return reshape(gather(reshape(x, {1}), 0, reshape(index, {-1})), index.sizes());
    return apply(gather_op, {x, index}, {{"axis", Dim(at)}});
}

}  // namespace lithe
