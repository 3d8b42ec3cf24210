// remainder(a, b) = a - b * floor(a / b): the remainder with the sign of b
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

template <class T>
T remainder_of(T a, T b) {
    if constexpr (std::is_floating_point_v<T>) {
        const T rest = std::fmod(a, b);
        return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
    } else {
        if (b == 0) throw UserError("remainder.zero", "remainder: an integer is divided by 0");
        const T rest = static_cast<T>(b == static_cast<T>(-1) ? 0 : a % b);
        return static_cast<T>(rest != 0 && (rest < T(0)) != (b < T(0)) ? rest + b : rest);
    }
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    visit(call.input(0).dtype, [&]<class T>(T) {
        elementwise::map_binary<T>(in, out, [](T a, T b) { return remainder_of(a, b); });
    });
}

Tensors gradient(const GradientCall& g) {
    return {g.dy(), g.need(1) ? -(g.dy() * floor(g.x(0) / g.x(1))) : Tensor()};
}

Halide::Expr lower(const LowerCall& call) {
    const Halide::Expr a = call(0), b = call(1);
    if (a.type().is_float()) return lower_math::remainder(a, b);
    const Halide::Expr zero = Halide::Internal::make_zero(a.type());
    const Halide::Expr rest = a - b * lower_math::quotient(a, b);
    return select(rest != zero && (rest < zero) != (b < zero), rest + b, rest);
}

}  // namespace

const Op remainder_op = {
    .name = "remainder",
    .trait = Trait::elementwise,
    .infer = elementwise::infer_number_broadcast,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor remainder(const Tensor& a, const Tensor& b) {
    const auto [x, y] = promoted(a, b);
    return apply(remainder_op, {x, y});
}

}  // namespace lithe
