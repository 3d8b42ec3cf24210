#pragma once

#include <cstdint>
#include <string_view>

#include "dsl/array.h"

namespace lithe::tests::parity {

/// The numbers of tests/parity/counter.py: functions of a text and a position alone.
Array uniform(std::string_view text, const Sizes& sizes, double low, double high, DType dtype);
/// Integers in [low, high).
Array integers(std::string_view text, const Sizes& sizes, int64_t low, int64_t high, DType dtype);

}  // namespace lithe::tests::parity
