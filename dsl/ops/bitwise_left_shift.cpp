// bitwise_left_shift(a, b) = a 2^b modulo 2^64; 0 where b is not in 0..63
#include "dsl/elementwise.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

TensorTypes infer(const OpCall& call) {
    if (is_floating(call.input(0).dtype) || call.input(0).dtype == DType::boolean) {
        throw UserError("bitwise_left_shift.dtype",
                        "bitwise_left_shift: expected integers, got " + call.input(0).str());
    }
    return elementwise::infer_broadcast(call);
}

/// Shifts beyond the word are defined, as in a kernel.
int64_t shifted(int64_t a, int64_t b) {
    return b < 0 || b > 63 ? 0 : static_cast<int64_t>(static_cast<uint64_t>(a) << b);
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    visit(call.input(0).dtype, [&]<class T>(T) {
        elementwise::map_binary<T>(in, out, [](T a, T b) {
            return static_cast<T>(shifted(static_cast<int64_t>(a), static_cast<int64_t>(b)));
        });
    });
}

Halide::Expr lower(const LowerCall& call) {
    const Halide::Expr a = call(0), b = call(1);
    const Halide::Expr last = Halide::cast<uint64_t>(63), amount = Halide::cast<uint64_t>(b);
    const Halide::Expr moved = Halide::cast<uint64_t>(a) << min(amount, last);
    return Halide::cast(a.type(), select(amount > last, Halide::cast<uint64_t>(0), moved));
}

}  // namespace

const Op bitwise_left_shift_op = {
    .name = "bitwise_left_shift",
    .trait = Trait::elementwise,
    .infer = infer,
    .reference = reference,
    .lower = lower,
};

Tensor bitwise_left_shift(const Tensor& a, const Tensor& b) {
    const auto [x, y] = promoted(a, b);
    return apply(bitwise_left_shift_op, {x, y});
}

}  // namespace lithe
