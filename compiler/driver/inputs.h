#pragma once

#include "compiler/driver/options.h"

namespace lithe::driver {

/// Inputs for a model: from `--in` where it is given, else random ones of the named sizes
/// (`--sizes`, else each symbol's sample): floats around 0, integers 0..9.
/// Errors: driver.sizes, driver.input.
Tensors make_inputs(const ir::Program& program, const Options& options);

}  // namespace lithe::driver
