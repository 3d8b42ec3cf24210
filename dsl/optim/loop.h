#pragma once

// What the optimizers' files share: one loop over a parameter, its gradient and its state.

#include <string>

#include "dsl/array.h"
#include "runtime/error.h"

namespace lithe::optim {

/// Calls `body(T{}, count)` with the element type of `param`. Errors: array.dtype.
template <class Body>
void for_type(const Array& param, Body&& body) {
    visit_float(param.dtype(), [&]<class T>(T zero) { body(zero, param.count()); });
}

/// Errors: optim.options.
inline void check_option(const char* optimizer, const char* name, double value, bool is_valid) {
    if (is_valid) return;
    throw UserError("optim.options",
                    std::string(optimizer) + ": invalid " + name + ": " + std::to_string(value));
}

}  // namespace lithe::optim
