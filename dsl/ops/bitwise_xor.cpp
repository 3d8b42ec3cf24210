// bitwise_xor(a, b) = a ^ b, bit by bit; of bool the logical one
#include "dsl/elementwise.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

TensorTypes infer(const OpCall& call) {
    if (is_floating(call.input(0).dtype)) {
        throw UserError("bitwise_xor.dtype",
                        "bitwise_xor: expected integers or bool, got " + call.input(0).str());
    }
    return elementwise::infer_broadcast(call);
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    visit(call.input(0).dtype, [&]<class T>(T) {
        elementwise::map_binary<T>(in, out, [](T a, T b) {
            return static_cast<T>(static_cast<int64_t>(a) ^ static_cast<int64_t>(b));
        });
    });
}

Halide::Expr lower(const LowerCall& call) {
    const Halide::Expr a = call(0), b = call(1);
    return a.type().is_bool() ? a != b : a ^ b;
}

}  // namespace

const Op bitwise_xor_op = {
    .name = "bitwise_xor",
    .trait = Trait::elementwise | Trait::commutative,
    .infer = infer,
    .reference = reference,
    .lower = lower,
};

Tensor bitwise_xor(const Tensor& a, const Tensor& b) {
    const auto [x, y] = promoted(a, b);
    return apply(bitwise_xor_op, {x, y});
}

}  // namespace lithe
