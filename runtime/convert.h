#pragma once

#include <cstdint>

#include "runtime/dtype.h"

namespace lithe {

/// Converts elements as PyTorch's copy_ does: integers to integers modulo their size, to floating
/// types to the nearest, to bool by comparing with 0; floating to integer types towards 0, and to
/// the nearest end of the range where they do not fit (PyTorch leaves that open).
void convert(DType from, const void* source, DType to, void* target, int64_t count);

float half_to_float(uint16_t bits);
/// To the nearest, ties to even.
uint16_t float_to_half(float value);
float bfloat16_to_float(uint16_t bits);
/// To the nearest, ties to even.
uint16_t float_to_bfloat16(float value);

}  // namespace lithe
