// fmod(a, b) = a - b * trunc(a / b): the remainder with the sign of a
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
        return std::fmod(a, b);
    } else {
        if (b == 0) throw UserError("fmod.zero", "fmod: an integer is divided by 0");
        return static_cast<T>(b == static_cast<T>(-1) ? 0 : a % b);
    }
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    visit(call.input(0).dtype, [&]<class T>(T) {
        elementwise::map_binary<T>(in, out, [](T a, T b) { return remainder_of(a, b); });
    });
}

Tensors gradient(const GradientCall& g) {
    return {g.dy(), g.need(1) ? -(g.dy() * trunc(g.x(0) / g.x(1))) : Tensor()};
}

Halide::Expr lower(const LowerCall& call) {
    const Halide::Expr a = call(0), b = call(1);
    return a.type().is_float() ? lower_math::fmod(a, b) : a - b * lower_math::quotient(a, b);
}

}  // namespace

const Op fmod_op = {
    .name = "fmod",
    .trait = Trait::elementwise,
    .infer = elementwise::infer_number_broadcast,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor fmod(const Tensor& a, const Tensor& b) {
    const auto [x, y] = promoted(a, b);
    return apply(fmod_op, {x, y});
}

}  // namespace lithe
