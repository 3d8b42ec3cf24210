#pragma once

#include <string_view>

namespace lithe {

/// Checks that this CPU runs code compiled for `target`: `x86-64`, `x86-64-v2` to `-v4`, `aarch64`,
/// or `host:` and a list of features with commas between them (`host:avx2,fma`). An empty target
/// runs everywhere.
/// Errors: model.cpu, naming the first feature that is missing.
void check_cpu(std::string_view target);

/// Whether check_cpu passes.
bool runs_on_this_cpu(std::string_view target);

}  // namespace lithe
