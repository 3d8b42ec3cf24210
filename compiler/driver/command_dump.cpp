// `dump`: the program after the passes, the reasons of their choices, or the code of kernels.
#include <fmt/format.h>

#include <set>

#include "compiler/driver/options.h"
#include "compiler/lower/kernel.h"
#include "compiler/passes/pipeline.h"
#include "runtime/error.h"

namespace lithe::driver {
namespace {

/// Statement and assembly of the distinct kernels whose name starts with the given text.
int show_kernels(const ir::Program& program, const lower::Target& target, const std::string& prefix) {
    std::set<std::string> seen;
    for (const auto& graph : program.graphs) {
        for (const auto& node : graph->nodes()) {
            if (!node->is("group")) continue;
            const std::string name = lower::kernel_name(*node, target);
            if (!name.starts_with(prefix) || !seen.insert(name).second) continue;
            fmt::print("==== {}\n{}\n---- statement\n{}\n---- assembly\n{}\n", name,
                       ir::print(*node->body()),
                       lower::show_kernel(*node, target, lower::Form::statement),
                       lower::show_kernel(*node, target, lower::Form::assembly));
        }
    }
    if (seen.empty()) {
        throw UserError("dump.kernel", "dump: no kernel's name starts with '" + prefix + "'");
    }
    return 0;
}

}  // namespace

int run_dump(const Subject& subject, const Options& o) {
    ir::Program program = traced(subject, o);
    const lower::Target target = lower::find_target(o.target);
    CompileOptions options = compile_options(o);
    options.stop_after = o.after;
    const passes::Notes reasons = passes::run_pipeline(program, pass_options(options));
    if (!o.kernel.empty()) return show_kernels(program, target, o.kernel == "all" ? "" : o.kernel);
    if (o.why) {
        for (const std::string& reason : reasons) fmt::print("{}\n", reason);
        return 0;
    }
    fmt::print("{}", ir::print(program, o.full));
    return 0;
}

}  // namespace lithe::driver
