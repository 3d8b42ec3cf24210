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
        if (b < T(0)) return static_cast<T>(a == T(1) ? 1 : a == static_cast<T>(-1) ? (b % 2 ? -1 : 1) : 0);
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

/// Whole numbers by squaring, modulo 2^64, as the reference does; to a negative power 0, 1 or -1.
/// Each step is bound to a name: Halide walks an Expr as a tree.
Halide::Expr whole_power(const Halide::Expr& a, const Halide::Expr& b) {
    using Halide::cast;
    using Halide::Internal::Let;
    using Halide::Internal::Variable;
    constexpr int bits = 63;
    const Halide::Type word = Halide::UInt(64);
    const std::string base = Halide::Internal::unique_name("base"), power = Halide::Internal::unique_name("power");
    const auto named = [&](const std::string& name, int step) {
        return Variable::make(word, name + "." + std::to_string(step));
    };
    Halide::Expr result = named(power, bits);
    for (int step = bits; step-- > 0;) {
        const Halide::Expr is_set = ((cast(word, b) >> step) & cast(word, 1)) == cast(word, 1);
        const Halide::Expr at = named(power, step), factor = named(base, step);
        result = Let::make(base + "." + std::to_string(step + 1), factor * factor, result);
        result = Let::make(power + "." + std::to_string(step + 1), select(is_set, at * factor, at), result);
    }
    result = Let::make(power + ".0", cast(word, 1), Let::make(base + ".0", cast(word, a), result));
    const Halide::Expr zero = Halide::Internal::make_zero(a.type()), one = Halide::Internal::make_one(a.type());
    if (a.type().is_uint()) return cast(a.type(), result);
    const Halide::Expr sign = select((b & one) == zero, one, zero - one);
    const Halide::Expr fraction = select(a == one, one, a == zero - one, sign, zero);
    return select(b < zero, fraction, cast(a.type(), result));
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
