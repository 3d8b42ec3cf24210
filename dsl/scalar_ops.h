// Functions of a tensor and a number: the number as the tensor that it is beside the other one.
// Included by dsl/ops.h.
#pragma once

#include "dsl/operators.h"

namespace lithe {

inline Tensor bitwise_and(const Tensor& a, const Scalar& b) { return a & b; }
inline Tensor bitwise_and(const Scalar& a, const Tensor& b) { return a & b; }
inline Tensor bitwise_or(const Tensor& a, const Scalar& b) { return a | b; }
inline Tensor bitwise_or(const Scalar& a, const Tensor& b) { return a | b; }
inline Tensor bitwise_xor(const Tensor& a, const Scalar& b) { return a ^ b; }
inline Tensor bitwise_xor(const Scalar& a, const Tensor& b) { return a ^ b; }
inline Tensor bitwise_left_shift(const Tensor& a, const Scalar& b) { return a << b; }
inline Tensor bitwise_left_shift(const Scalar& a, const Tensor& b) {
    return bitwise_left_shift(scalar_for(b, a), b);
}
inline Tensor bitwise_right_shift(const Tensor& a, const Scalar& b) { return a >> b; }
inline Tensor bitwise_right_shift(const Scalar& a, const Tensor& b) {
    return bitwise_right_shift(scalar_for(b, a), b);
}

inline Tensor multiply(const Tensor& a, const Scalar& b) { return a * b; }
inline Tensor true_divide(const Tensor& a, const Scalar& b) { return a / b; }
inline Tensor divide(const Tensor& a, const Scalar& b,
                     std::optional<std::string_view> rounding = {}) {
    return div(a, b, rounding);
}
inline Tensor subtract(const Tensor& a, const Scalar& b, const Scalar& alpha = 1) {
    return sub(a, b, alpha);
}
inline Tensor rsub(const Tensor& a, const Scalar& b, const Scalar& alpha = 1) {
    return rsub(a, scalar_for(a, b), alpha);
}
inline Tensor xlogy(const Tensor& a, const Scalar& b) { return xlogy(a, scalar_for(a, b)); }
inline Tensor xlogy(const Scalar& a, const Tensor& b) { return xlogy(scalar_for(b, a), b); }
inline Tensor copysign(const Tensor& magnitude, const Scalar& sign) {
    return copysign(magnitude, scalar_for(magnitude, sign));
}

inline Tensor not_equal(const Tensor& a, const Scalar& b) { return a != b; }
inline Tensor less(const Tensor& a, const Scalar& b) { return a < b; }
inline Tensor less_equal(const Tensor& a, const Scalar& b) { return a <= b; }
inline Tensor greater(const Tensor& a, const Scalar& b) { return a > b; }
inline Tensor greater_equal(const Tensor& a, const Scalar& b) { return a >= b; }
inline Tensor isin(const Tensor& x, const Scalar& one, bool assume_unique = false,
                   bool invert = false) {
    return isin(x, scalar_for(x, one), assume_unique, invert);
}
inline Tensor isin(const Scalar& x, const Tensor& list, bool assume_unique = false,
                   bool invert = false) {
    return isin(scalar_for(list, x), list, assume_unique, invert);
}

inline Tensor searchsorted(const Tensor& sorted, const Scalar& value, bool out_int32 = false,
                           bool right = false, std::optional<std::string_view> side = {},
                           const Tensor& sorter = {}) {
    return searchsorted(sorted, scalar_for(sorted, value), out_int32, right, side, sorter);
}
inline Tensor bucketize(const Scalar& value, const Tensor& boundaries, bool out_int32 = false,
                        bool right = false) {
    return bucketize(scalar_for(boundaries, value), boundaries, out_int32, right);
}

}  // namespace lithe
