// clamp(x) {min, max} = min(max(x, min), max); NaN stays NaN
// With the attribute `nan_slope` NaN has the slope of x.
#include "dsl/autograd.h"
#include "dsl/elementwise.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"

#include <cmath>
#include <limits>

namespace lithe {
namespace {

/// A bound in the dtype of the operand; an infinite one becomes the dtype's own.
template <class T>
T bound(double value) {
    using Limits = std::numeric_limits<T>;
    if constexpr (std::is_floating_point_v<T>) return static_cast<T>(value);
    if (value >= static_cast<double>(Limits::max())) return Limits::max();
    if (value <= static_cast<double>(Limits::lowest())) return Limits::lowest();
    return static_cast<T>(value);
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    visit(call.input(0).dtype, [&]<class T>(T) {
        const T low = bound<T>(call.attrs.get_float("min")),
                high = bound<T>(call.attrs.get_float("max"));
        elementwise::map_unary<T>(in, out, [=](T x) {
            const T raised = x < low ? low : x;
            return raised > high ? high : raised;
        });
    });
}

Tensors gradient(const GradientCall& g) {
    const double low = g.call.attrs.get_float("min"), high = g.call.attrs.get_float("max");
    if (g.call.attrs.has("nan_slope"))
        return {where(logical_or(g.x() <= low, g.x() >= high), zeros_like(g.dy()), g.dy())};
    // At a bound there is no slope, as in PyTorch.
    Tensor inside;
    if (std::isfinite(low)) inside = g.x() > low;
    if (std::isfinite(high)) {
        const Tensor below = g.x() < high;
        inside = inside.defined() ? logical_and(inside, below) : below;
    }
    if (!inside.defined()) return {g.dy()};
    return {where(inside, g.dy(), zeros_like(g.dy()))};
}

Halide::Expr lower(const LowerCall& call) {
    const DType dtype = call.call.input(0).dtype;
    return visit(dtype, [&]<class T>(T) {
        const Halide::Expr x = call(0);
        const Halide::Expr low =
            constant(dtype, static_cast<double>(bound<T>(call.call.attrs.get_float("min"))));
        const Halide::Expr high =
            constant(dtype, static_cast<double>(bound<T>(call.call.attrs.get_float("max"))));
        const Halide::Expr raised = select(x < low, low, x);
        return select(raised > high, high, raised);
    });
}

}  // namespace

const Op clamp_op = {
    .name = "clamp",
    .trait = Trait::elementwise | Trait::idempotent,
    .infer = elementwise::infer_unary,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor clamp(const Tensor& x, std::optional<Scalar> min, std::optional<Scalar> max) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const bool to_float = (min && min->is_floating()) || (max && max->is_floating());
    return apply(
        clamp_op, {to_float ? as_floating(x) : x},
        {{"min", min ? min->to_double() : -infinity}, {"max", max ? max->to_double() : infinity}});
}

Tensor hardtanh(const Tensor& x, double min, double max) {
    return apply(clamp_op, {as_floating(x)}, {{"min", min}, {"max", max}, {"nan_slope", true}});
}

}  // namespace lithe
