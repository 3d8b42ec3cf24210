#pragma once

#include <string>

#include "compiler/compile.h"

namespace lithe::tests {

/// Where tests keep kernels by content, so that none is compiled twice: the folder of one run of
/// CTest (`lithe_tests ... -- --kernels FOLDER`), which is made anew for each; else of one process.
const std::string& kernel_folder();

/// How tests compile: `options`, with kernels kept.
inline CompileOptions compile_options(CompileOptions options = {}) {
    options.cache_folder = kernel_folder();
    return options;
}

/// The same for this machine, alone, without the graph for hooks.
inline CompileOptions compile_alone() {
    return compile_options({.with_hooks = false, .threads = 1});
}

/// Without the plan for hooks, which most tests do not run.
inline CompileOptions compile_without_hooks() { return compile_options({.with_hooks = false}); }

}  // namespace lithe::tests
