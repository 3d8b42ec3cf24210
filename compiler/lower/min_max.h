#pragma once

#include <Halide.h>

#include "compiler/lower/target.h"

namespace lithe::lower {

/// `select(a < b, b, a)` becomes the larger of (b, a) as x86 defines it, and alike the smaller one:
/// the second where neither is larger, so the same for NaN and zeros. LLVM makes one instruction of
/// that, and of the former, in the epilogues of products and convolutions, a comparison and a mask.
/// Where registers are few.
void use_min_max(Halide::Pipeline& pipeline, const Target& target);

}  // namespace lithe::lower
