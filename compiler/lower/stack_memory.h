#pragma once

#include <Halide.h>

namespace lithe::lower {

/// Keeps on the stack what families have put there (MemoryType::Stack): Halide takes the heap for
/// more than 16 KB, which kernels have not. MemoryType::Register would do, but lines that slide
/// through such memory are moved from place to place.
void keep_on_stack(Halide::Pipeline& pipeline);

}  // namespace lithe::lower
