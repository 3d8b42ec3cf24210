// add(a, b) = a + b, broadcast as in NumPy
#include "dsl/autograd.h"
#include "dsl/elementwise.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"  // generated from the files in dsl/ops
#include "dsl/ops.h"

namespace lithe {
namespace {

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    visit(call.input(0).dtype, [&]<class T>(T) {
        elementwise::map_binary<T>(in, out, [](T a, T b) { return static_cast<T>(a + b); });
    });
}

Tensors gradient(const GradientCall& g) { return {g.dy(), g.dy()}; }

Halide::Expr lower(const LowerCall& call) {
    if (call.call.input(0).dtype == DType::boolean) return call(0) || call(1);
    return call(0) + call(1);
}

}  // namespace

const Op add_op = {
    .name = "add",
    .trait = Trait::elementwise | Trait::commutative,
    .infer = elementwise::infer_broadcast,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor add(const Tensor& a, const Tensor& b) {
    const auto [x, y] = promoted(a, b);
    return apply(add_op, {x, y});
}

}  // namespace lithe
