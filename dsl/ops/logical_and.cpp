// logical_and(a, b) = true where both are not 0
#include "dsl/autograd.h"
#include "dsl/elementwise.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"

namespace lithe {
namespace {

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    visit(call.input(0).dtype, [&]<class T>(T) {
        elementwise::map_binary<T, bool>(in, out, [](T a, T b) { return a && b; });
    });
}

Halide::Expr lower(const LowerCall& call) {
    const Halide::Expr a = call(0), b = call(1);
    const Halide::Expr zero = Halide::Internal::make_zero(a.type());
    return (a != zero) && (b != zero);
}

}  // namespace

const Op logical_and_op = {
    .name = "logical_and",
    .trait = Trait::elementwise | Trait::commutative,
    .infer = elementwise::infer_compare,
    .reference = reference,
    .lower = lower,
};

Tensor logical_and(const Tensor& a, const Tensor& b) {
    const auto [x, y] = promoted(a, b);
    return apply(logical_and_op, {x, y});
}

}  // namespace lithe
