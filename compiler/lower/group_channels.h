#pragma once

#include <Halide.h>

namespace lithe::lower {

/// Channel `which` of the group of `depth` channels that x's own channel is in. In a vector of
/// channels, which starts with a group, that moves lanes; x is read as it lies in memory.
Halide::Expr channel_of_group(const Halide::Expr& x, int depth, const Halide::Expr& which);

/// Makes them shuffles; `which` has to be a number by then.
void shuffle_group_channels(Halide::Pipeline& pipeline);

}  // namespace lithe::lower
