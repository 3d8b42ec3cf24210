#pragma once

#include <functional>
#include <string>

#include "compiler/compiled_model.h"

namespace lithe {

struct TuneOptions {
    CompileOptions compile;  ///< for one target, that of this machine
    int repetitions = 20;    ///< runs of each candidate
    int threads = 1;         ///< that the model runs on
    int candidates = 8;      ///< tried for each node, the model's choice first
    std::function<void(const std::string&)> progress;
};

struct TuneResult {
    int problems = 0, changed = 0;  ///< nodes that differ; for how many another choice won
    double model_us = 0,
           tuned_us = 0;  ///< a run by the model's choices and by the findings, in turn
};

/// Measures the candidates of every choice of kernels within the whole model, all nodes at once:
/// the k-th compilation takes the k-th candidate of each. What wins by more than 2 % goes into
/// `file`. Errors: tune.target where this CPU cannot run the target.
TuneResult tune(const ir::Program& program, const Tensors& inputs, const TuneOptions& options,
                passes::TuningFile& file);

}  // namespace lithe
