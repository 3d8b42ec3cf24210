// floor_div(a, b) = floor(a / b)
#include <cmath>

#include "dsl/autograd.h"
#include "dsl/elementwise.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

template <class T>
T quotient(T a, T b) {
    if constexpr (std::is_floating_point_v<T>) {
        return std::floor(a / b);
    } else {
        if (b == 0) throw UserError("floor_div.zero", "floor_div: an integer is divided by 0");
        if (b == static_cast<T>(-1)) return static_cast<T>(-a);
        const T down = static_cast<T>(a / b);
        return static_cast<T>(down - (a % b != 0 && (a < T(0)) != (b < T(0)) ? 1 : 0));
    }
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    visit(call.input(0).dtype, [&]<class T>(T) {
        elementwise::map_binary<T>(in, out, [](T a, T b) { return quotient(a, b); });
    });
}

Halide::Expr lower(const LowerCall& call) {
    const Halide::Expr a = call(0), b = call(1);
    const Halide::Expr zero = Halide::Internal::make_zero(a.type());
    const Halide::Expr one = Halide::Internal::make_one(a.type());
    const Halide::Expr quotient = a.type().is_float() ? zero : Halide::div_round_to_zero(a, b);
    const Halide::Expr inexact = quotient * b != a;
    return a.type().is_float() ? Halide::floor(a / b) : quotient - select(inexact && (a < zero) != (b < zero), one, zero);
}

}  // namespace

const Op floor_div_op = {
    .name = "floor_div",
    .trait = Trait::elementwise,
    .infer = elementwise::infer_broadcast,
    .reference = reference,
    .lower = lower,
};

Tensor floor_div(const Tensor& a, const Tensor& b) {
    const auto [x, y] = promoted(a, b);
    return apply(floor_div_op, {x, y});
}

}  // namespace lithe
