#pragma once

#include "compiler/lower/body.h"

namespace lithe::lower {

/// Makes the outermost axis of a root Func parallel where the work is worth a second thread:
/// decided at compile time for constant sizes, at run time for symbolic ones. One axis alone is cut
/// into blocks; `step` elements of it make one turn of its loop. Comes after all other scheduling.
void parallel_outer(Body& body, Halide::Func& f, const TensorType& type,
                    int64_t cost_per_element = 1, int64_t step = 1);

/// Elements below which a kernel stays on the calling thread (about 20 us of plain work).
inline constexpr int64_t parallel_threshold = 1 << 16;

}  // namespace lithe::lower
