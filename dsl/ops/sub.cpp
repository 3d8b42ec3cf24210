// sub(a, b) = a - b, broadcast as in NumPy
#include "dsl/autograd.h"
#include "dsl/elementwise.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"

namespace lithe {
namespace {

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    visit(call.input(0).dtype, [&]<class T>(T) {
        elementwise::map_binary<T>(in, out, [](T a, T b) { return static_cast<T>(a - b); });
    });
}

Tensors gradient(const GradientCall& g) { return {g.dy(), g.need(1) ? -g.dy() : Tensor()}; }

Halide::Expr lower(const LowerCall& call) {
    const Halide::Expr a = call(0), b = call(1);
    return a - b;
}

}  // namespace

const Op sub_op = {
    .name = "sub",
    .trait = Trait::elementwise,
    .infer = elementwise::infer_broadcast,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor sub(const Tensor& a, const Tensor& b) {
    const auto [x, y] = promoted(a, b);
    return apply(sub_op, {x, y});
}

}  // namespace lithe
