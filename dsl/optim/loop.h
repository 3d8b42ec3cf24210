#pragma once

// What the optimizers' files share: one loop over a parameter, its gradient and its state.

#include "dsl/array.h"

namespace lithe::optim {

/// Calls `body(T{}, count)` with the element type of `param`. Errors: array.dtype.
template <class Body>
void for_type(const Array& param, Body&& body) {
    visit_float(param.dtype(), [&]<class T>(T zero) { body(zero, param.count()); });
}

/// The gradient as an optimizer sees it: its sign, and weight decay where there is some.
template <class T>
class Gradient {
public:
    Gradient(const Array& param, const Array& gradient, double weight_decay, bool is_maximized)
        : x_(param.data<T>()),
          dx_(gradient.data<T>()),
          decay_(static_cast<T>(weight_decay)),
          sign_(is_maximized ? T(-1) : T(1)) {}

    T operator[](int64_t i) const {
        const T g = sign_ * dx_[i];
        return decay_ != 0 ? g + decay_ * x_[i] : g;  // 0 times an infinite x would be NaN
    }

private:
    const T *x_, *dx_;
    T decay_, sign_;
};

/// The larger one, NaN where one is.
template <class T>
T larger_or_nan(T a, T b) {
    return a != a || a > b ? a : b;
}

}  // namespace lithe::optim
