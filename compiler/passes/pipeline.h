#pragma once

#include <functional>
#include <set>
#include <span>
#include <string>

#include "compiler/passes/pass.h"

namespace lithe::passes {

struct PipelineOptions {
    bool with_hooks = true;
    std::set<std::string> disabled;  ///< names of passes to leave out
    std::set<std::string> dump_after;
    std::string stop_after;  ///< run no pass after this one
    Machine machine;
    int limit = -1;  ///< stop after so many changes, for bisection
    std::function<void(const std::string&)> log;
};

/// The passes in their order.
std::span<const Pass> default_pipeline();

/// The pass of that name. Errors: passes.unknown with the nearest name.
const Pass& find_pass(std::string_view name);

/// Runs one pass on all graphs that it is for, drops what it left dead, and verifies the program.
/// Checked builds also fail a pass whose answer is untrue.
bool run_pass(const Pass& pass, ir::Program& program, Notes& notes, const Machine& machine = {});

/// Turns a traced program into one of groups. Returns the reasons of choices: refused fusions.
/// Errors: passes.unknown for a name in the options.
Notes run_pipeline(ir::Program& program, const PipelineOptions& options);

}  // namespace lithe::passes
