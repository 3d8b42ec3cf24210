#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "compiler/ir/program.h"
#include "compiler/lower/kernel.h"
#include "compiler/passes/pipeline.h"
#include "compiler/passes/tuning.h"
#include "runtime/artifact.h"

namespace lithe {

/// How a Program becomes kernels.
struct CompileOptions {
    std::string target = "host";  ///< see lower::find_targets
    bool with_hooks = true;       ///< emit the plan in which hooks can run
    bool with_train = false;      ///< compile the train-mode forward too
    bool exact = false;           ///< only rewrites that keep every bit of the reference's order
    int threads = 2;              ///< kernels compiled side by side
    std::string cache_folder;     ///< kernels by content; empty: none
    std::set<std::string> disabled_passes;
    std::set<std::string> dump_after;
    std::string stop_after;                       ///< run no pass after this one
    std::shared_ptr<passes::Tuning> tuning;       ///< overrules the model's choices; may be null
    int pass_limit = -1;                          ///< stop after so many changes, for bisection
    std::function<void(const std::string&)> log;  ///< dumps
    std::function<void(int done, int total, const std::string&)> progress;  ///< kernels
};

passes::PipelineOptions pass_options(const CompileOptions& options);

/// What compilation yields, before it is written or loaded.
struct Compiled {
    artifact::Artifact artifact;
    std::vector<std::byte> encoded;
    std::vector<lower::Kernel> kernels;
    lower::Target target;
    ir::Program program;           ///< lowered, for dumps
    int groups = 0;                ///< before equal ones were merged
    std::vector<int> kernel_uses;  ///< how many groups each kernel computes
    double compile_s = 0;
    /// The same model for levels of the CPU that have less, the most able first.
    std::vector<Compiled> others;

    /// This and the others.
    std::vector<const Compiled*> levels() const;
};

/// Runs the passes, compiles every distinct kernel, plans. The steps on one screen.
Compiled compile(ir::Program program, const CompileOptions& options = {});

/// Files of a compiled model. All are written or none.
struct EmittedFiles {
    std::string library, header, weights;
};
/// Writes `lib<name>.a`, `<name>.h` and `<name>.safetensors` into a folder.
EmittedFiles emit_files(const Compiled& compiled, const std::string& folder);

}  // namespace lithe
