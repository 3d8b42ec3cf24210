// logical_not(x) = true where x is 0
#include "dsl/elementwise.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"

namespace lithe {
namespace {

TensorTypes infer(const OpCall& call) { return TensorType{DType::boolean, call.input(0).shape}; }

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    visit(call.input(0).dtype, [&]<class T>(T) {
        elementwise::map_unary<T, bool>(in, out, [](T x) { return x == T(0); });
    });
}

Halide::Expr lower(const LowerCall& call) {
    const Halide::Expr x = call(0);
    return x == Halide::Internal::make_zero(x.type());
}

}  // namespace

const Op logical_not_op = {
    .name = "logical_not",
    .trait = Trait::elementwise,
    .infer = infer,
    .reference = reference,
    .lower = lower,
};

Tensor logical_not(const Tensor& x) { return apply(logical_not_op, {x}); }

}  // namespace lithe
