// le(a, b) = a <= b, as bool; false where either is NaN
#include "dsl/autograd.h"
#include "dsl/elementwise.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"

namespace lithe {
namespace {

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    visit(call.input(0).dtype, [&]<class T>(T) {
        elementwise::map_binary<T, bool>(in, out, [](T a, T b) { return a <= b; });
    });
}

Halide::Expr lower(const LowerCall& call) {
    const Halide::Expr a = call(0), b = call(1);
    return a < b || a == b;  // Halide makes !(b < a) of a <= b, which is true for NaN
}

}  // namespace

const Op le_op = {
    .name = "le",
    .trait = Trait::elementwise,
    .infer = elementwise::infer_compare,
    .reference = reference,
    .lower = lower,
};

Tensor le(const Tensor& a, const Tensor& b) {
    const auto [x, y] = promoted(a, b);
    return apply(le_op, {x, y});
}

}  // namespace lithe
