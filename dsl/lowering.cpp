#include "dsl/lowering.h"

#include <cmath>
#include <limits>

#include "runtime/error.h"

namespace lithe {
using Halide::Expr;

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
        case DType::f32:
            return Halide::Float(32);
        case DType::f64:
            return Halide::Float(64);
        case DType::i64:
            return Halide::Int(64);
        case DType::i32:
            return Halide::Int(32);
        case DType::u8:
            return Halide::UInt(8);
        case DType::boolean:
            return Halide::UInt(1);
        default:
            break;
    }
    throw UserError("lower.dtype", "lower: no kernels for " + std::string(name(dtype)));
}

Expr constant(DType dtype, double value) {
    if (dtype == DType::boolean) return Halide::cast<bool>(value != 0);
    if (dtype == DType::i64) {  // a bound beyond the integers is the last one
        constexpr double limit = 0x1p63;
        const int64_t whole = value >= limit   ? std::numeric_limits<int64_t>::max()
                              : value < -limit ? std::numeric_limits<int64_t>::min()
                                               : static_cast<int64_t>(value);
        return Halide::Internal::IntImm::make(Halide::Int(64), whole);
    }
    return Halide::Internal::make_const(halide_type(dtype), value);
}

Expr reduce_sum(const Expr& extent, const std::function<Expr(Expr)>& body) {
    return reduce(Reduce::sum, {extent}, [&](const Coords& index) { return body(index[0]); });
}

Expr reduce_product(const Expr& extent, const std::function<Expr(Expr)>& body) {
    return reduce(Reduce::product, {extent}, [&](const Coords& index) { return body(index[0]); });
}

Expr reduce_max(const Expr& extent, const std::function<Expr(Expr)>& body) {
    return reduce(Reduce::max, {extent}, [&](const Coords& index) { return body(index[0]); });
}

Expr reduce_min(const Expr& extent, const std::function<Expr(Expr)>& body) {
    return reduce(Reduce::min, {extent}, [&](const Coords& index) { return body(index[0]); });
}

Expr reduce_largest(const Expr& extent, const std::function<Expr(Expr)>& body) {
    return reduce(Reduce::largest, {extent}, [&](const Coords& index) { return body(index[0]); });
}

Expr max_nan(const Expr& a, const Expr& b) {
    if (!a.type().is_float()) return Halide::max(a, b);
    return Halide::select(Halide::is_nan(a) || a > b, a, b);
}

Expr min_nan(const Expr& a, const Expr& b) {
    if (!a.type().is_float()) return Halide::min(a, b);
    return Halide::select(Halide::is_nan(a) || a < b, a, b);
}

}  // namespace lithe
