// `compile`: the three files of a model, with progress and a summary.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
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

nlohmann::ordered_json slowest(const std::vector<const lower::Kernel*>& by_time) {
    constexpr size_t most = 5;
    auto list = nlohmann::ordered_json::array();
    for (size_t i = 0; i < std::min(most, by_time.size()); ++i) {
        list.push_back({{"kernel", by_time[i]->name}, {"compile_s", by_time[i]->compile_s}});
    }
    return list;
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

void print_summary(const nlohmann::ordered_json& summary, const std::string& name) {
    const auto text = [&](const char* key) { return summary.at(key).get<std::string>(); };
    const auto number = [&](const char* key) { return summary.at(key).get<uint64_t>(); };
    fmt::print("{}\n{}\n{}\n", text("library"), text("header"), text("weights"));
    fmt::print(
        "{} for {}: {} groups in {} kernels ({} of them serve {} groups, {} from the cache), "
        "{:.2f} s\n",
        name, text("target"), number("groups"), number("kernels"), number("kernels_shared"),
        number("groups_that_share"), number("kernels_from_cache"),
        summary.at("compile_s").get<double>());
    if (const auto& kernels = summary.at("slowest_kernels"); !kernels.empty()) {
        fmt::print("slowest kernel {}: {:.2f} s\n", kernels[0].at("kernel").get<std::string>(),
                   kernels[0].at("compile_s").get<double>());
    }
    fmt::print("library {}, weights {} ({} prepared), arena {} (lower bound {})\n",
               kilobytes(number("library_bytes")), kilobytes(number("weights_bytes")),
               kilobytes(number("prepared_bytes")), kilobytes(number("arena_bytes")),
               kilobytes(number("arena_lower_bound_bytes")));
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
    const Counts counts = count(compiled);
    const artifact::Plan& plan = compiled.artifact.plans.front();
    const std::vector<const lower::Kernel*> by_time = by_compile_time(compiled);
    const nlohmann::ordered_json summary = {
        {"inputs", o.inputs},
        {"library", files.library},
        {"header", files.header},
        {"weights", files.weights},
        {"library_bytes", std::filesystem::file_size(files.library)},
        {"weights_bytes", std::filesystem::file_size(files.weights)},
        {"prepared_bytes", prepared_bytes(compiled.program)},
        {"arena_bytes", plan.arena_bytes},
        {"arena_lower_bound_bytes", plan.arena_lower_bound_bytes},
        {"groups", counts.groups},
        {"kernels", counts.kernels},
        {"kernels_shared", counts.shared},
        {"groups_that_share", counts.sharing},
        {"kernels_from_cache", counts.cached},
        {"target", counts.target},
        {"compile_s", compiled.compile_s},
        {"slowest_kernels", slowest(by_time)}};
    if (!o.summary.empty()) {
        const std::string text = summary.dump(2) + "\n";
        write_file(o.summary, std::as_bytes(std::span(text.data(), text.size())));
    }
    if (o.json) {
        fmt::print("{}\n", summary.dump());
    } else if (!o.quiet) {
        print_summary(summary, o.name);
    }
    return 0;
}

}  // namespace lithe::driver
