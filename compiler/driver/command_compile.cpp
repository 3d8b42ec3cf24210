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
namespace {

std::string kilobytes(uint64_t bytes) {
    return fmt::format("{:.1f} KB", static_cast<double>(bytes) / 1024);
}

/// Of what is made of the weights when they are loaded: those of the first level.
uint64_t prepared_bytes(const ir::Program& program) {
    uint64_t bytes = 0;
    if (const ir::Graph* prepare = program.graph("prepare")) {
        for (const ir::Output& output : prepare->outputs) {
            const TensorType& type = output.value.type();
            bytes += static_cast<uint64_t>(type.count().constant()) *
                     static_cast<uint64_t>(size_bytes(type.dtype));
        }
    }
    return bytes;
}

}  // namespace

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
    options.tuning = o.tuning;
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
    return trace(*subject.module, subject.forward, parse_input_specs(o.inputs), o.name,
                 o.with_train);
}

int run_compile(const Subject& subject, const Options& o) {
    const Compiled compiled = compile(traced(subject, o), compile_options(o));
    const EmittedFiles files = emit_files(compiled, o.output);
    int cached = 0, shared = 0, sharing = 0, groups = 0;
    size_t kernels = 0;
    std::string target;
    for (const Compiled* level : compiled.levels()) {
        for (const lower::Kernel& kernel : level->kernels) cached += kernel.was_cached ? 1 : 0;
        for (const int uses : level->kernel_uses) {
            if (uses > 1) ++shared, sharing += uses;
        }
        groups += level->groups;
        kernels += level->kernels.size();
        target += (target.empty() ? "" : "+") + level->target.name;
    }
    const artifact::Plan& plan = compiled.artifact.plans.front();
    const auto library_bytes = std::filesystem::file_size(files.library);
    const auto weights_bytes = std::filesystem::file_size(files.weights);
    const uint64_t prepared = prepared_bytes(compiled.program);
    const nlohmann::ordered_json summary = {
        {"inputs", o.inputs},
        {"library", files.library},
        {"header", files.header},
        {"weights", files.weights},
        {"library_bytes", library_bytes},
        {"weights_bytes", weights_bytes},
        {"prepared_bytes", prepared},
        {"arena_bytes", plan.arena_bytes},
        {"arena_lower_bound_bytes", plan.arena_lower_bound_bytes},
        {"groups", groups},
        {"kernels", kernels},
        {"kernels_shared", shared},
        {"groups_that_share", sharing},
        {"kernels_from_cache", cached},
        {"target", target},
        {"compile_s", compiled.compile_s}};
    if (!o.summary.empty()) {
        const std::string text = summary.dump(2) + "\n";
        write_file(o.summary, std::as_bytes(std::span(text.data(), text.size())));
    }
    if (o.json) {
        fmt::print("{}\n", summary.dump());
    } else if (!o.quiet) {
        fmt::print("{}\n{}\n{}\n", files.library, files.header, files.weights);
        fmt::print(
            "{} for {}: {} groups in {} kernels ({} of them serve {} groups, {} from the cache), "
            "{:.2f} s\n",
            o.name, target, groups, kernels, shared, sharing, cached, compiled.compile_s);
        fmt::print("library {}, weights {} ({} prepared), arena {} (lower bound {})\n",
                   kilobytes(library_bytes), kilobytes(weights_bytes), kilobytes(prepared),
                   kilobytes(static_cast<uint64_t>(plan.arena_bytes)),
                   kilobytes(static_cast<uint64_t>(plan.arena_lower_bound_bytes)));
    }
    return 0;
}

}  // namespace lithe::driver
