#pragma once

#include <cstddef>
#include <string>

#include "runtime/executor.h"

namespace lithe::bench {

/// The most f32 fused multiply-additions that the executor's threads do now, in FLOP/s (two for
/// each): independent chains in registers, as wide as the CPU's vectors are, but no wider than
/// `vector_bytes`. Takes about `seconds`.
double measure_fma_peak(Executor& executor, double seconds, int vector_bytes = 64);
/// What measure_fma_peak uses: `avx512`, `avx2`, `portable`.
std::string fma_kind(int vector_bytes = 64);

/// Bytes per second, read and written ones, of copying between two buffers that have `bytes`
/// together. Buffers that fit a cache give that cache's figure.
double measure_copy(Executor& executor, double bytes, double seconds);

double now_s();

}  // namespace lithe::bench
