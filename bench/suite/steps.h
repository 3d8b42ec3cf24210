#pragma once

#include <string>

#include "runtime/artifact.h"

namespace suite {

/// The artifact with kernels that time themselves between start_steps() and print_steps().
/// One artifact of a process, up to 2048 kernels.
lithe_artifact timed(const lithe_artifact& artifact);

void start_steps();
/// One line a step of the plan: the least time of all runs since start_steps(), GFLOP/s of
/// convolutions and products, shapes of what the kernel reads and writes.
void print_steps(const lithe_artifact& artifact, const std::string& plan);

}  // namespace suite
