// floor_div(a, b) = floor(a / b)
#include <cmath>

#include "dsl/autograd.h"
#include "dsl/elementwise.h"
#include "dsl/lower_math.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

/// By the exact remainder, as Python's //: floor(a / b) would depend on how a / b is rounded.
template <class T>
T floor_quotient(T a, T b) {
    if (b == 0) return a / b;
    const T rest = std::fmod(a, b);
    T steps = (a - rest) / b;
    if (rest != 0 && (b < 0) != (rest < 0)) steps -= 1;
    if (steps == 0) return std::copysign(T(0), a / b);
    const T whole = std::floor(steps);
    return steps - whole > T(0.5) ? whole + 1 : whole;
}

template <class T>
T quotient(T a, T b) {
    if constexpr (std::is_floating_point_v<T>) {
        return floor_quotient(a, b);
    } else {
        if (b == 0) throw UserError("floor_div.zero", "floor_div: an integer is divided by 0");
        if (b == static_cast<T>(-1)) return static_cast<T>(0 - static_cast<uint64_t>(a));
        const T down = static_cast<T>(a / b);
        return static_cast<T>(down - (a % b != 0 && (a < T(0)) != (b < T(0)) ? 1 : 0));
    }
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    visit(call.input(0).dtype, [&]<class T>(T) {
        elementwise::map_binary<T>(in, out, [](T a, T b) { return quotient(a, b); });
    });
}

/// By the exact remainder, so that floor(a / b) does not depend on how a / b is rounded.
Halide::Expr lower(const LowerCall& call) {
    const Halide::Expr a = call(0), b = call(1);
    const Halide::Expr zero = Halide::Internal::make_zero(a.type());
    const Halide::Expr one = Halide::Internal::make_one(a.type());
    if (!a.type().is_float()) {
        const Halide::Expr quotient = lower_math::quotient(a, b);
        const Halide::Expr is_below = b != zero && quotient * b != a && (a < zero) != (b < zero);
        return select(is_below, quotient - one, quotient);
    }
    const Halide::Expr rest = lower_math::fmod(a, b);
    const Halide::Expr steps = (a - rest) / b;
    const Halide::Expr down =
        select(rest != zero && (b < zero) != (rest < zero), steps - one, steps);
    const Halide::Expr whole = floor(down);
    const Halide::Expr near =
        select(down - whole > Halide::Internal::make_const(a.type(), 0.5), whole + one, whole);
    return select(b == zero, a / b, down != zero, near, zero * (a / b));
}

}  // namespace

const Op floor_div_op = {
    .name = "floor_div",
    .trait = Trait::elementwise,
    .infer = elementwise::infer_number_broadcast,
    .reference = reference,
    .lower = lower,
};

Tensor floor_div(const Tensor& a, const Tensor& b) {
    const auto [x, y] = promoted(a, b);
    return apply(floor_div_op, {x, y});
}

}  // namespace lithe
