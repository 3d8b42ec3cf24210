#pragma once

#include "compiler/compiled_model.h"
#include "compiler/driver/options.h"

namespace lithe::driver {

/// Times every step of the plan and prints a table: kernel, module, nodes, ms, GFLOP/s with its
/// share of the peak of multiply-adds measured in between, GB/s.
void print_steps(CompiledModel& model, const Tensors& inputs, const Options& options);

}  // namespace lithe::driver
