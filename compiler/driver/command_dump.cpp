// `trace` and `dump`: the program as recorded or after the passes, the reasons of their choices,
// the code of kernels.
#include <fmt/format.h>

#include <string_view>

#include "compiler/driver/dump.h"
#include "compiler/driver/options.h"
#include "compiler/lower/kernel.h"
#include "compiler/passes/pipeline.h"
#include "runtime/error.h"

namespace lithe::driver {
namespace {

/// Statement and assembly of the distinct kernels whose name starts with the given text.
int show_kernels(const ir::Program& program, const lower::Target& target,
                 const std::string& prefix) {
    int shown = 0;
    for (const KernelInfo& kernel : kernels_of(program, target)) {
        if (!kernel.name.starts_with(prefix)) continue;
        ++shown;
        fmt::print("==== {}\n{}\n---- statement\n{}\n---- assembly\n{}\n", kernel.name,
                   ir::print(*kernel.group->body()),
                   lower::show_kernel(*kernel.group, target, lower::Form::statement),
                   lower::show_kernel(*kernel.group, target, lower::Form::assembly));
    }
    if (shown == 0)
        throw UserError("dump.kernel", "dump: no kernel's name starts with '" + prefix + "'");
    return 0;
}

void print_program(const ir::Program& program, const Options& o) {
    if (o.format == "json") {
        fmt::print("{}", json_text(program));
    } else if (o.format == "dot") {
        fmt::print("{}", dot_text(program));
    } else {
        fmt::print("{}", ir::print(program, o.full));
    }
}

}  // namespace

namespace {

/// The text after each pass that changed the program, the trace before all of them.
using Stages = std::vector<std::pair<std::string, std::string>>;

Stages run_in_stages(ir::Program& program, passes::PipelineOptions options, passes::Notes& reasons,
                     bool full) {
    Stages stages{{"trace", ir::print(program, full)}};
    for (const passes::Pass& pass : passes::default_pipeline())
        options.dump_after.insert(std::string(pass.name));
    options.log = [&](const std::string& text) {
        const std::string head = text.substr(0, text.find('\n'));
        const std::string body = text.substr(head.size() + 1);
        const bool is_same = body == stages.back().second;
        stages.emplace_back(
            head.substr(std::string_view("# ").size()) + (is_same ? " (no change)" : ""), body);
    };
    reasons = passes::run_pipeline(program, options);
    return stages;
}

}  // namespace

int run_dump(const Subject& subject, const Options& o) {
    ir::Program program = traced(subject, o);
    const lower::Target target = lower::find_targets(o.target).front();
    CompileOptions options = compile_options(o);
    options.stop_after = o.after;
    if (o.format == "html") {
        passes::Notes reasons;
        const Stages stages = run_in_stages(program, pass_options(options), reasons, o.full);
        fmt::print("{}", html_text({program, target, stages, reasons}));
        return 0;
    }
    const passes::Notes reasons = passes::run_pipeline(program, pass_options(options));
    if (!o.kernel_folder.empty()) {
        const int count = write_kernels(program, target, o.kernel_folder);
        if (!o.quiet) fmt::print("{} kernels in {}\n", count, o.kernel_folder);
        return 0;
    }
    if (!o.kernel.empty()) return show_kernels(program, target, o.kernel == "all" ? "" : o.kernel);
    if (o.why) {
        for (const std::string& reason : reasons) fmt::print("{}\n", reason);
        return 0;
    }
    print_program(program, o);
    return 0;
}

int run_trace(const Subject& subject, const Options& o) {
    print_program(traced(subject, o), o);
    return 0;
}

}  // namespace lithe::driver
