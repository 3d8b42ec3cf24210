#pragma once

#include <Halide.h>

#include "compiler/lower/target.h"

namespace lithe::lower {

/// Stores of the first few lanes of a vector, how many being known, become stores of 8, 4, 2
/// and 1 lanes. A store with a mask takes some processors as long as twelve without (AMD's Zen with
/// AVX2), and those without masks branch for each lane. AVX-512 has masks that cost nothing.
void split_masked_stores(Halide::Pipeline& pipeline, const Target& target);

}  // namespace lithe::lower
