#pragma once

#include <map>
#include <string>

#include "compiler/driver/options.h"

namespace lithe::driver {

/// Values of the named sizes: those of `--sizes`, else the samples of the trace. Errors:
/// driver.sizes.
std::map<std::string, int64_t> sizes_of(const ir::Program& program, const Options& options);

/// Inputs for a model: from `--in` where it is given, else random ones of the named sizes
/// (`--sizes`, else each symbol's sample): floats around 0, integers 0 and 1.
/// Errors: driver.sizes, driver.input.
Tensors make_inputs(const ir::Program& program, const Options& options);

}  // namespace lithe::driver
