#include "dsl/lowering.h"

#include <cmath>

#include "runtime/error.h"

namespace lithe {
namespace {

using Halide::Expr;

Halide::RDom domain(const Expr& extent) { return Halide::RDom(0, extent); }

}  // namespace

Expr LowerCall::in_broadcast(int i) const {
    const Shape& shape = call.input(i).shape;
    const size_t lead = at.size() - shape.size();
    Coords coords;
    for (size_t axis = 0; axis < shape.size(); ++axis) {
        coords.push_back(shape[axis].is_constant(1) ? Expr(0) : at[lead + axis]);
    }
    return in(i, coords);
}

Halide::Type halide_type(DType dtype) {
    switch (dtype) {
        case DType::f32: return Halide::Float(32);
        case DType::f64: return Halide::Float(64);
        case DType::i64: return Halide::Int(64);
        case DType::i32: return Halide::Int(32);
        case DType::u8: return Halide::UInt(8);
        case DType::boolean: return Halide::UInt(1);
        default: break;
    }
    throw UserError("lower.dtype", "lower: no kernels for " + std::string(name(dtype)));
}

Expr constant(DType dtype, double value) {
    if (dtype == DType::boolean) return Halide::cast<bool>(value != 0);
    if (dtype == DType::i64) return Halide::Internal::IntImm::make(Halide::Int(64), static_cast<int64_t>(value));
    return Halide::Internal::make_const(halide_type(dtype), value);
}

Expr reduce_sum(const Expr& extent, const std::function<Expr(Expr)>& body) {
    const Halide::RDom r = domain(extent);
    return Halide::sum(r, body(r));
}

Expr reduce_max(const Expr& extent, const std::function<Expr(Expr)>& body) {
    const Halide::RDom r = domain(extent);
    return Halide::maximum(r, body(r));
}

Expr reduce_min(const Expr& extent, const std::function<Expr(Expr)>& body) {
    const Halide::RDom r = domain(extent);
    return Halide::minimum(r, body(r));
}

Expr reduce_product(const Expr& extent, const std::function<Expr(Expr)>& body) {
    const Halide::RDom r = domain(extent);
    return Halide::product(r, body(r));
}

namespace {

/// `extreme`, or NaN where an element of the reduction is NaN.
Expr or_nan(const Expr& extreme, const Expr& extent, const std::function<Expr(Expr)>& body) {
    if (!extreme.type().is_float()) return extreme;
    const Expr has_nan = reduce_max(extent, [&](Expr i) {
        const Expr x = body(i);
        return Halide::cast<uint8_t>(x != x);
    });
    const Expr nan = Halide::Internal::make_const(extreme.type(), NAN);
    return select(has_nan != 0, nan, extreme);
}

}  // namespace

Expr reduce_max_nan(const Expr& extent, const std::function<Expr(Expr)>& body) {
    return or_nan(reduce_max(extent, body), extent, body);
}

Expr reduce_min_nan(const Expr& extent, const std::function<Expr(Expr)>& body) {
    return or_nan(reduce_min(extent, body), extent, body);
}

Expr max_nan(const Expr& a, const Expr& b) {
    if (!a.type().is_float()) return Halide::max(a, b);
    return Halide::select(a != a || a > b, a, b);
}

Expr min_nan(const Expr& a, const Expr& b) {
    if (!a.type().is_float()) return Halide::min(a, b);
    return Halide::select(a != a || a < b, a, b);
}

}  // namespace lithe
