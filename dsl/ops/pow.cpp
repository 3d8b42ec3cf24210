// pow(a, b) = a to the power of b
#include <cmath>

#include "dsl/autograd.h"
#include "dsl/elementwise.h"
#include "dsl/lower_math.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"

namespace lithe {
namespace {

template <class T>
T power(T a, T b) {
    if constexpr (std::is_floating_point_v<T>) {
        return std::pow(a, b);
    } else {
        if (b < T(0))
            return static_cast<T>(a == T(1) ? 1 : a == static_cast<T>(-1) ? (b % 2 ? -1 : 1) : 0);
        uint64_t result = 1, base = static_cast<uint64_t>(a);
        for (uint64_t rest = static_cast<uint64_t>(b); rest; rest /= 2) {
            if (rest % 2) result *= base;
            base *= base;
        }
        return static_cast<T>(result);
    }
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    visit(call.input(0).dtype, [&]<class T>(T) {
        elementwise::map_binary<T>(in, out, [](T a, T b) { return power(a, b); });
    });
}

Tensors gradient(const GradientCall& g) {
    const Tensor &a = g.x(0), &b = g.x(1), zero = zeros_like(g.y());
    return {g.need(0) ? where(b == 0, zero, g.dy() * b * pow(a, b - 1)) : Tensor(),
            g.need(1) ? where((a == 0) * (b >= 0), zero, g.dy() * g.y() * log(a)) : Tensor()};
}

/// Whole numbers by repeated products, modulo 2^64; beyond the 64th power the result has
/// overflowed, or vanished, unless the base is 0, 1 or -1. To a negative power 0, 1 or -1.
Halide::Expr whole_power(const Halide::Expr& a, const Halide::Expr& b) {
    const Halide::Type type = a.type();
    const Halide::Expr zero = Halide::Internal::make_zero(type),
                       one = Halide::Internal::make_one(type);
    const Halide::Expr product = reduce_product(
        64, [&](const Halide::Expr& i) { return select(Halide::cast(type, i) < b, a, one); });
    if (type.is_uint()) return product;
    const Halide::Expr sign = select((b & one) == zero, one, zero - one);
    const Halide::Expr unit = select(a == one, one, a == zero - one, sign, zero);
    const Halide::Expr is_unit = a == one || a == zero - one || a == zero;
    return select(b == zero, one, b < zero || is_unit, unit, product);
}

Halide::Expr lower(const LowerCall& call) {
    const Halide::Expr a = call(0), b = call(1);
    if (a.type().is_float()) return lower_math::pow(a, b);
    if (a.type().is_bool()) return a || !b;
    return whole_power(a, b);
}

}  // namespace

const Op pow_op = {
    .name = "pow",
    .trait = Trait::elementwise,
    .infer = elementwise::infer_broadcast,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor pow(const Tensor& a, const Tensor& b) {
    const auto [x, y] = promoted(a, b);
    return apply(pow_op, {x, y});
}

}  // namespace lithe
