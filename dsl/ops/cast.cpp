// cast(x) {dtype} = x converted; to bool: x != 0
#include "dsl/autograd.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"

namespace lithe {
namespace {

TensorTypes infer(const OpCall& call) {
    return TensorType{call.attrs.get_dtype("dtype"), call.input(0).shape};
}

void reference(const OpCall&, std::span<const Array> in, std::span<const Array> out) {
    out[0].copy_from(in[0].to(out[0].dtype()));
}

Tensors gradient(const GradientCall& g) { return {g.dy().to(g.x().dtype())}; }

Halide::Expr lower(const LowerCall& call) {
    const Halide::Expr x = call(0);
    const DType dtype = call.out_types[0].dtype;
    if (dtype == DType::boolean) return x != Halide::Internal::make_zero(x.type());
    return Halide::cast(halide_type(dtype), x);
}

}  // namespace

const Op cast_op = {
    .name = "cast",
    .trait = Trait::elementwise,
    .infer = infer,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor cast(const Tensor& x, DType dtype) {
    return x.dtype() == dtype ? x : apply(cast_op, {x}, {{"dtype", dtype}});
}

}  // namespace lithe
