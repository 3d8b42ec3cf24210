// Operators on tensors and numbers.
#pragma once

#include <type_traits>

#include "dsl/ops.h"
#include "dsl/rare_ops.h"

namespace lithe {

inline Tensor operator+(const Tensor& a, const Tensor& b) { return add(a, b); }
inline Tensor operator+(const Tensor& a, const Scalar& b) { return add(a, scalar_for(a, b)); }
inline Tensor operator+(const Scalar& a, const Tensor& b) { return add(scalar_for(b, a), b); }
inline Tensor operator-(const Tensor& a, const Tensor& b) { return sub(a, b); }
inline Tensor operator-(const Tensor& a, const Scalar& b) { return sub(a, scalar_for(a, b)); }
inline Tensor operator-(const Scalar& a, const Tensor& b) { return sub(scalar_for(b, a), b); }
inline Tensor operator*(const Tensor& a, const Tensor& b) { return mul(a, b); }
inline Tensor operator*(const Tensor& a, const Scalar& b) { return mul(a, scalar_for(a, b)); }
inline Tensor operator*(const Scalar& a, const Tensor& b) { return mul(scalar_for(b, a), b); }
inline Tensor operator/(const Tensor& a, const Tensor& b) { return div(a, b); }
inline Tensor operator/(const Tensor& a, const Scalar& b) { return div(a, scalar_for(a, b)); }
inline Tensor operator/(const Scalar& a, const Tensor& b) { return div(scalar_for(b, a), b); }
inline Tensor operator==(const Tensor& a, const Tensor& b) { return eq(a, b); }
inline Tensor operator==(const Tensor& a, const Scalar& b) { return eq(a, scalar_for(a, b)); }
inline Tensor operator==(const Scalar& a, const Tensor& b) { return eq(scalar_for(b, a), b); }
inline Tensor operator!=(const Tensor& a, const Tensor& b) { return ne(a, b); }
inline Tensor operator!=(const Tensor& a, const Scalar& b) { return ne(a, scalar_for(a, b)); }
inline Tensor operator!=(const Scalar& a, const Tensor& b) { return ne(scalar_for(b, a), b); }
inline Tensor operator<(const Tensor& a, const Tensor& b) { return lt(a, b); }
inline Tensor operator<(const Tensor& a, const Scalar& b) { return lt(a, scalar_for(a, b)); }
inline Tensor operator<(const Scalar& a, const Tensor& b) { return lt(scalar_for(b, a), b); }
inline Tensor operator<=(const Tensor& a, const Tensor& b) { return le(a, b); }
inline Tensor operator<=(const Tensor& a, const Scalar& b) { return le(a, scalar_for(a, b)); }
inline Tensor operator<=(const Scalar& a, const Tensor& b) { return le(scalar_for(b, a), b); }
inline Tensor operator>(const Tensor& a, const Tensor& b) { return gt(a, b); }
inline Tensor operator>(const Tensor& a, const Scalar& b) { return gt(a, scalar_for(a, b)); }
inline Tensor operator>(const Scalar& a, const Tensor& b) { return gt(scalar_for(b, a), b); }
inline Tensor operator>=(const Tensor& a, const Tensor& b) { return ge(a, b); }
inline Tensor operator>=(const Tensor& a, const Scalar& b) { return ge(a, scalar_for(a, b)); }
inline Tensor operator>=(const Scalar& a, const Tensor& b) { return ge(scalar_for(b, a), b); }
inline Tensor operator%(const Tensor& a, const Tensor& b) { return remainder(a, b); }
inline Tensor operator%(const Tensor& a, const Scalar& b) { return remainder(a, scalar_for(a, b)); }
inline Tensor operator%(const Scalar& a, const Tensor& b) { return remainder(scalar_for(b, a), b); }
inline Tensor operator&(const Tensor& a, const Tensor& b) { return bitwise_and(a, b); }
inline Tensor operator&(const Tensor& a, const Scalar& b) {
    return bitwise_and(a, scalar_for(a, b));
}
inline Tensor operator&(const Scalar& a, const Tensor& b) {
    return bitwise_and(scalar_for(b, a), b);
}
inline Tensor operator|(const Tensor& a, const Tensor& b) { return bitwise_or(a, b); }
inline Tensor operator|(const Tensor& a, const Scalar& b) {
    return bitwise_or(a, scalar_for(a, b));
}
inline Tensor operator|(const Scalar& a, const Tensor& b) {
    return bitwise_or(scalar_for(b, a), b);
}
inline Tensor operator^(const Tensor& a, const Tensor& b) { return bitwise_xor(a, b); }
inline Tensor operator^(const Tensor& a, const Scalar& b) {
    return bitwise_xor(a, scalar_for(a, b));
}
inline Tensor operator^(const Scalar& a, const Tensor& b) {
    return bitwise_xor(scalar_for(b, a), b);
}
inline Tensor operator<<(const Tensor& a, const Tensor& b) { return bitwise_left_shift(a, b); }
inline Tensor operator<<(const Tensor& a, const Scalar& b) {
    return bitwise_left_shift(a, scalar_for(a, b));
}
inline Tensor operator>>(const Tensor& a, const Tensor& b) { return bitwise_right_shift(a, b); }
inline Tensor operator>>(const Tensor& a, const Scalar& b) {
    return bitwise_right_shift(a, scalar_for(a, b));
}
inline Tensor operator-(const Tensor& x) { return neg(x); }
inline Tensor operator~(const Tensor& x) { return bitwise_not(x); }

inline Tensor operator+(const Tensor& a, const Item& b) { return a + b.tensor(); }
inline Tensor operator+(const Item& a, const Tensor& b) { return a.tensor() + b; }
inline Tensor operator-(const Tensor& a, const Item& b) { return a - b.tensor(); }
inline Tensor operator-(const Item& a, const Tensor& b) { return a.tensor() - b; }
inline Tensor operator*(const Tensor& a, const Item& b) { return a * b.tensor(); }
inline Tensor operator*(const Item& a, const Tensor& b) { return a.tensor() * b; }
inline Tensor operator/(const Tensor& a, const Item& b) { return a / b.tensor(); }
inline Tensor operator/(const Item& a, const Tensor& b) { return a.tensor() / b; }

// How numbers in tensors compare, as bools: while tracing, `if (x.item() > 0)` is followed both
// ways.
template <class T>
concept Number = std::is_arithmetic_v<T>;
#define LITHE_COMPARE_ITEMS(op)                                 \
    inline bool operator op(const Item& a, const Item& b) {     \
        return (a.tensor() op b.tensor()).item<bool>();         \
    }                                                           \
    template <Number T>                                         \
    bool operator op(const Item& a, T b) {                      \
        return (a.tensor() op Scalar(b)).template item<bool>(); \
    }                                                           \
    template <Number T>                                         \
    bool operator op(T a, const Item& b) {                      \
        return (Scalar(a) op b.tensor()).template item<bool>(); \
    }
LITHE_COMPARE_ITEMS(<)
LITHE_COMPARE_ITEMS(<=)
LITHE_COMPARE_ITEMS(>)
LITHE_COMPARE_ITEMS(>=)
LITHE_COMPARE_ITEMS(==)
LITHE_COMPARE_ITEMS(!=)
#undef LITHE_COMPARE_ITEMS

inline const Tensor& operator+=(const Tensor& a, const Tensor& b) { return a.add_(b); }
inline const Tensor& operator+=(const Tensor& a, const Scalar& b) {
    return a.add_(scalar_for(a, b));
}
inline const Tensor& operator-=(const Tensor& a, const Tensor& b) { return a.sub_(b); }
inline const Tensor& operator-=(const Tensor& a, const Scalar& b) {
    return a.sub_(scalar_for(a, b));
}
inline const Tensor& operator*=(const Tensor& a, const Tensor& b) { return a.mul_(b); }
inline const Tensor& operator*=(const Tensor& a, const Scalar& b) {
    return a.mul_(scalar_for(a, b));
}
inline const Tensor& operator/=(const Tensor& a, const Tensor& b) { return a.div_(b); }
inline const Tensor& operator/=(const Tensor& a, const Scalar& b) {
    return a.div_(scalar_for(a, b));
}
inline const Tensor& operator%=(const Tensor& a, const Tensor& b) { return a.remainder_(b); }
inline const Tensor& operator&=(const Tensor& a, const Tensor& b) { return a.bitwise_and_(b); }
inline const Tensor& operator|=(const Tensor& a, const Tensor& b) { return a.bitwise_or_(b); }
inline const Tensor& operator^=(const Tensor& a, const Tensor& b) { return a.bitwise_xor_(b); }
inline const Tensor& operator<<=(const Tensor& a, const Tensor& b) {
    return a.bitwise_left_shift_(b);
}
inline const Tensor& operator<<=(const Tensor& a, const Scalar& b) {
    return a.bitwise_left_shift_(b);
}
inline const Tensor& operator>>=(const Tensor& a, const Tensor& b) {
    return a.bitwise_right_shift_(b);
}
inline const Tensor& operator>>=(const Tensor& a, const Scalar& b) {
    return a.bitwise_right_shift_(b);
}

}  // namespace lithe
