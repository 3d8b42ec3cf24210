// mul(a, b) = a * b, broadcast as in NumPy
#include "dsl/autograd.h"
#include "dsl/elementwise.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"

namespace lithe {
namespace {

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    visit(call.input(0).dtype, [&]<class T>(T) {
        elementwise::map_binary<T>(in, out, [](T a, T b) { return static_cast<T>(a * b); });
    });
}

Tensors gradient(const GradientCall& g) {
    return {g.need(0) ? g.dy() * g.x(1) : Tensor(), g.need(1) ? g.dy() * g.x(0) : Tensor()};
}

Halide::Expr lower(const LowerCall& call) {
    if (call.call.input(0).dtype == DType::boolean) return call(0) && call(1);
    return call(0) * call(1);
}

}  // namespace

const Op mul_op = {
    .name = "mul",
    .trait = Trait::elementwise | Trait::commutative,
    .infer = elementwise::infer_broadcast,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor mul(const Tensor& a, const Tensor& b) {
    const auto [x, y] = promoted(a, b);
    return apply(mul_op, {x, y});
}

}  // namespace lithe
