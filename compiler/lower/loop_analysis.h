#pragma once

#include <Halide.h>

namespace lithe::lower {

/// Keeps LLVM from analysing how the accesses to memory of large innermost loops depend on one
/// another. It does so in order to forward what one round stores to the next one's loads, which
/// these loops have no use for, in time that is more than quadratic in the accesses: minutes for
/// the 175 of a depthwise convolution of 5 x 5.
void skip_loop_analysis(Halide::Pipeline& pipeline);

}  // namespace lithe::lower
