#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "dsl/dim.h"

namespace lithe::ir {

/// a / b, rounded up.
inline int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

/// Whether each of the sizes is known to be `value`.
inline bool all_are(std::span<const Dim> sizes, int64_t value) {
    return std::all_of(sizes.begin(), sizes.end(),
                       [&](const Dim& size) { return size.is_constant(value); });
}

}  // namespace lithe::ir
