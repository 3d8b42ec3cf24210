// index_select(x, index) {axis}[.., i, ..] = x[.., index[i], ..]
#include <cstring>

#include "dsl/autograd.h"
#include "dsl/axis.h"
#include "dsl/indexing_loops.h"
#include "dsl/integer_index.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

TensorTypes infer(const OpCall& call) {
    const int axis = checked_axis(call);
    const TensorType& index = call.input(1);
    if (index.dtype != DType::i64 || index.rank() != 1) {
        throw UserError("index_select.index",
                        "index_select: the index must be i64 of one axis, got " + index.str());
    }
    TensorType type = call.input(0);
    type.shape[static_cast<size_t>(axis)] = index.size(0);
    return type;
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const AxisSplit split(in[0], call.attrs.get_int("axis"));
    const int64_t count = in[1].count(), *index = in[1].data<int64_t>();
    const auto row_bytes = static_cast<size_t>(split.inner * size_bytes(in[0].dtype()));
    const char* x = in[0].data<char>();
    char* y = out[0].data<char>();
    for (int64_t o = 0; o < split.outer; ++o) {
        for (int64_t i = 0; i < count; ++i) {
            const int64_t from = indexing::checked("index_select", index[i], split.size);
            std::memcpy(y + static_cast<size_t>(o * count + i) * row_bytes,
                        x + static_cast<size_t>(o * split.size + from) * row_bytes, row_bytes);
        }
    }
}

Tensors gradient(const GradientCall& g) {
    const Tensor zero = zeros(g.x().sizes(), g.dy().dtype());
    return {index_add(zero, g.call.attrs.get_int("axis"), g.x(1), g.dy())};
}

Halide::Expr lower(const LowerCall& call) {
    const auto axis = static_cast<size_t>(call.call.attrs.get_int("axis"));
    Coords from = call.at;
    from[axis] =
        indexing::lower_index(call, call.in(1, {call.at[axis]}), call.call.input(0).shape[axis]);
    return call.in(0, from);
}

}  // namespace

const Op index_select_op = {
    .name = "index_select",
    .trait = Trait::none,
    .infer = infer,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor index_select(const Tensor& x, int64_t axis, const Tensor& index) {
    const int at = normalize_axis("index_select", axis, static_cast<int>(x.dim()));
    return apply(index_select_op, {x, integer_index("index_select", index)}, {{"axis", Dim(at)}});
}

}  // namespace lithe
