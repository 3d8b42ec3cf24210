// clone(x) = x in memory of its own
#include "dsl/autograd.h"
#include "dsl/elementwise.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"

namespace lithe {
namespace {

void reference(const OpCall&, std::span<const Array> in, std::span<const Array> out) {
    out[0].copy_from(in[0]);
}

Tensors gradient(const GradientCall& g) { return {g.dy()}; }

Halide::Expr lower(const LowerCall& call) { return call(0); }

}  // namespace

const Op clone_op = {
    .name = "clone",
    .trait = Trait::elementwise | Trait::injective | Trait::idempotent,
    .infer = elementwise::infer_unary,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor clone(const Tensor& x) {
    // A symbolic value never changes: another tensor may hold it.
    return x.is_symbolic() ? Tensor::from(x.value()) : apply(clone_op, {x});
}

}  // namespace lithe
