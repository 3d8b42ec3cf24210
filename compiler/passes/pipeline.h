#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "compiler/ir/program.h"

namespace lithe::passes {

struct PipelineOptions {
    bool with_hooks = true;
    std::set<std::string> disabled;    ///< names of passes to leave out
    std::set<std::string> dump_after;
    std::string stop_after;            ///< run no pass after this one
    int limit = -1;                    ///< stop after so many changes, for bisection
    std::function<void(const std::string&)> log;
};

/// Turns a traced program into one of groups, in the order of the table in pipeline.cpp. Returns
/// the reasons of choices: refused fusions, schedules.
std::vector<std::string> run_pipeline(ir::Program& program, const PipelineOptions& options);

}  // namespace lithe::passes
