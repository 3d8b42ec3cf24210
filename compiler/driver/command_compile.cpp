// `compile`: the three files of a model, with progress and a summary.
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>

#include "compiler/driver/options.h"
#include "compiler/ir/program.h"
#include "dsl/io/state_file.h"
#include "dsl/random.h"
#include "runtime/file.h"

namespace lithe::driver {

CompileOptions compile_options(const Options& o) {
    CompileOptions options;
    options.target = o.target;
    options.with_hooks = o.with_hooks;
    options.exact = o.exact;
    options.threads = o.threads;
    options.cache_folder = o.cache_folder;
    options.disabled_passes = {o.disabled_passes.begin(), o.disabled_passes.end()};
    options.dump_after = {o.dump_after.begin(), o.dump_after.end()};
    options.pass_limit = o.pass_limit;
    options.log = [](const std::string& text) { fmt::print("{}\n", text); };
    if (!o.quiet && isatty(STDERR_FILENO)) {
        options.progress = [](int done, int total, const std::string&) {
            fmt::print(stderr, "\rkernels {}/{}{}", done, total, done == total ? "\n" : "");
            std::fflush(stderr);
        };
    }
    return options;
}

ir::Program traced(const Subject& subject, const Options& o) {
    if (!o.weights.empty()) subject.module->load_state_dict(load_state_dict(o.weights));
    return trace(*subject.module, subject.forward, parse_input_specs(o.inputs), o.name, o.with_train);
}

int run_compile(const Subject& subject, const Options& o) {
    const Compiled compiled = compile(traced(subject, o), compile_options(o));
    const EmittedFiles files = emit_files(compiled, o.output);
    int cached = 0;
    for (const lower::Kernel& kernel : compiled.kernels) cached += kernel.was_cached ? 1 : 0;
    const artifact::Plan& plan = compiled.artifact.plans.front();
    const auto library_bytes = std::filesystem::file_size(files.library);
    const nlohmann::ordered_json summary = {
        {"library", files.library}, {"header", files.header}, {"weights", files.weights},
        {"library_bytes", library_bytes}, {"arena_bytes", plan.arena_bytes},
        {"arena_lower_bound_bytes", plan.arena_lower_bound_bytes},
        {"groups", compiled.groups}, {"kernels", compiled.kernels.size()},
        {"kernels_from_cache", cached}, {"target", compiled.target.name},
        {"compile_s", compiled.compile_s}};
    if (!o.summary.empty()) {
        const std::string text = summary.dump(2) + "\n";
        write_file(o.summary, std::as_bytes(std::span(text.data(), text.size())));
    }
    if (o.json) {
        fmt::print("{}\n", summary.dump());
    } else if (!o.quiet) {
        fmt::print("{}\n{}\n{}\n", files.library, files.header, files.weights);
        fmt::print("{} for {}: {} groups, {} kernels ({} from the cache), {:.1f} KB, arena {:.1f} KB "
                   "(lower bound {:.1f} KB), {:.2f} s\n",
                   o.name, compiled.target.name, compiled.groups, compiled.kernels.size(), cached,
                   static_cast<double>(library_bytes) / 1024, static_cast<double>(plan.arena_bytes) / 1024,
                   static_cast<double>(plan.arena_lower_bound_bytes) / 1024, compiled.compile_s);
    }
    return 0;
}

int run_trace(const Subject& subject, const Options& o) {
    fmt::print("{}", ir::print(traced(subject, o), o.full));
    return 0;
}

}  // namespace lithe::driver
