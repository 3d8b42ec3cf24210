// `compile`: the three files of a model, with progress and a summary.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>

#include "compiler/driver/options.h"
#include "compiler/ir/program.h"
#include "compiler/jit/loaded_artifact.h"
#include "dsl/io/state_file.h"
#include "dsl/random.h"
#include "runtime/cpu.h"
#include "runtime/error.h"
#include "runtime/file.h"
#include "runtime/model.h"

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

/// The kernels of all levels that were compiled now, the one that took longest first.
std::vector<const lower::Kernel*> by_compile_time(const Compiled& compiled) {
    std::vector<const lower::Kernel*> kernels;
    for (const Compiled* level : compiled.levels()) {
        for (const lower::Kernel& kernel : level->kernels) {
            if (!kernel.was_cached) kernels.push_back(&kernel);
        }
    }
    std::stable_sort(kernels.begin(), kernels.end(),
                     [](const auto* a, const auto* b) { return a->compile_s > b->compile_s; });
    return kernels;
}

/// What the levels of a model have together.
struct Counts {
    int groups = 0, cached = 0, shared = 0, sharing = 0;
    size_t kernels = 0;
    std::string target;
};

Counts count(const Compiled& compiled) {
    Counts counts;
    for (const Compiled* level : compiled.levels()) {
        for (const lower::Kernel& kernel : level->kernels) {
            counts.cached += kernel.was_cached ? 1 : 0;
        }
        for (const int uses : level->kernel_uses) {
            if (uses > 1) ++counts.shared, counts.sharing += uses;
        }
        counts.groups += level->groups;
        counts.kernels += level->kernels.size();
        counts.target += (counts.target.empty() ? "" : "+") + level->target.name;
    }
    return counts;
}

/// What a compilation made and took.
struct Summary {
    EmittedFiles files;
    Counts counts;
    uint64_t library_bytes, weights_bytes, prepared_bytes, arena_bytes, arena_lower_bound_bytes;
    double compile_s;
    std::vector<const lower::Kernel*> by_compile_time;
};

Summary summarize(const Compiled& compiled, const EmittedFiles& files) {
    const artifact::Plan& plan = compiled.artifact.plans.front();
    return {.files = files,
            .counts = count(compiled),
            .library_bytes = std::filesystem::file_size(files.library),
            .weights_bytes = std::filesystem::file_size(files.weights),
            .prepared_bytes = prepared_bytes(compiled.program),
            .arena_bytes = static_cast<uint64_t>(plan.arena_bytes),
            .arena_lower_bound_bytes = static_cast<uint64_t>(plan.arena_lower_bound_bytes),
            .compile_s = compiled.compile_s,
            .by_compile_time = by_compile_time(compiled)};
}

nlohmann::ordered_json to_json(const Summary& summary, const Options& o) {
    constexpr size_t most_kernels = 5;
    const auto& kernels = summary.by_compile_time;
    auto slowest = nlohmann::ordered_json::array();
    for (size_t i = 0; i < std::min(most_kernels, kernels.size()); ++i) {
        slowest.push_back({{"kernel", kernels[i]->name}, {"compile_s", kernels[i]->compile_s}});
    }
    return {{"inputs", o.inputs},
            {"library", summary.files.library},
            {"header", summary.files.header},
            {"weights", summary.files.weights},
            {"library_bytes", summary.library_bytes},
            {"weights_bytes", summary.weights_bytes},
            {"prepared_bytes", summary.prepared_bytes},
            {"arena_bytes", summary.arena_bytes},
            {"arena_lower_bound_bytes", summary.arena_lower_bound_bytes},
            {"groups", summary.counts.groups},
            {"kernels", summary.counts.kernels},
            {"kernels_shared", summary.counts.shared},
            {"groups_that_share", summary.counts.sharing},
            {"kernels_from_cache", summary.counts.cached},
            {"target", summary.counts.target},
            {"compile_s", summary.compile_s},
            {"slowest_kernels", slowest}};
}

void print(const Summary& summary, const std::string& name) {
    const Counts& counts = summary.counts;
    fmt::print("{}\n{}\n{}\n", summary.files.library, summary.files.header, summary.files.weights);
    fmt::print(
        "{} for {}: {} groups in {} kernels ({} of them serve {} groups, {} from the cache), "
        "{:.2f} s\n",
        name, counts.target, counts.groups, counts.kernels, counts.shared, counts.sharing,
        counts.cached, summary.compile_s);
    if (!summary.by_compile_time.empty()) {
        const lower::Kernel& slowest = *summary.by_compile_time.front();
        fmt::print("slowest kernel {}: {:.2f} s\n", slowest.name, slowest.compile_s);
    }
    fmt::print("library {}, weights {} ({} prepared), arena {} (lower bound {})\n",
               kilobytes(summary.library_bytes), kilobytes(summary.weights_bytes),
               kilobytes(summary.prepared_bytes), kilobytes(summary.arena_bytes),
               kilobytes(summary.arena_lower_bound_bytes));
}

/// What of a model this CPU runs. Errors: driver.prepared.
const Compiled& level_for_this_cpu(const Compiled& compiled, const std::string& target) {
    for (const Compiled* level : compiled.levels()) {
        if (runs_on_this_cpu(level->artifact.target)) return *level;
    }
    throw UserError("driver.prepared", "compile: --with-prepared runs kernels of the model, and '" +
                                           target + "' cannot run here");
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
    std::optional<jit::LoadedArtifact> code;
    if (o.with_prepared) code.emplace(level_for_this_cpu(compiled, o.target));
    const EmittedFiles files = emit_files(compiled, o.output);
    if (code) {
        Model(code->table(), files.weights).save_state_dict(files.weights, {.with_prepared = true});
    }
    const Summary summary = summarize(compiled, files);
    if (!o.summary.empty()) {
        const std::string text = to_json(summary, o).dump(2) + "\n";
        write_file(o.summary, std::as_bytes(std::span(text.data(), text.size())));
    }
    if (o.json) {
        fmt::print("{}\n", to_json(summary, o).dump());
    } else if (!o.quiet) {
        print(summary, o.name);
    }
    return 0;
}

}  // namespace lithe::driver
