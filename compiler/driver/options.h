#pragma once

#include <functional>
#include <string>
#include <vector>

#include "compiler/compile.h"
#include "compiler/forward.h"

namespace lithe::driver {

/// The command line of a driver, parsed.
struct Options {
    std::string inputs;          ///< input specs
    std::string name = "model";  ///< of the artifact
    std::string weights;         ///< state_dict to load before tracing
    std::string output = ".", summary;
    std::string cache_folder, tuning_file;
    std::shared_ptr<passes::TuningFile> tuning;  ///< of `tuning_file`, where that is there
    std::string after, kernel, kernel_folder, format = "text";
    std::string input_file, output_file;
    std::vector<std::string> disabled_passes, dump_after, sizes;
    int threads = 2, pass_limit = -1, repetitions = 50, run_threads = 1;
    std::string target = "host";
    bool with_hooks = true, with_train = false, with_prepared = false, exact = false, quiet = false,
         json = false, why = false, full = false, steps = false;
    uint64_t seed = 1;
};

CompileOptions compile_options(const Options& options);
/// The model with its weights loaded, traced.
ir::Program traced(const Subject& subject, const Options& options);

int run_compile(const Subject& subject, const Options& options);
int run_trace(const Subject& subject, const Options& options);
int run_dump(const Subject& subject, const Options& options);
int run_check(const Subject& subject, const Options& options);
int run_run(const Subject& subject, const Options& options);
int run_tune(const Subject& subject, const Options& options);
int run_bench(const Subject& subject, const Options& options);

}  // namespace lithe::driver
