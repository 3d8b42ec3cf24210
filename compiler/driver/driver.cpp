#include "compiler/driver/driver.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "compiler/driver/headers.h"
#include "compiler/driver/options.h"
#include "compiler/driver/usage.h"
#include "runtime/error.h"

namespace lithe {
namespace {

using driver::Options;

/// For options that count something.
CLI::Validator positive_number() {
    const auto check = [](const std::string& text) {
        int value = 0;
        const bool is_positive = CLI::detail::lexical_cast(text, value) && value > 0;
        return is_positive ? std::string() : "expected a number above 0, got '" + text + "'";
    };
    return {check, "NUMBER"};
}

void add_common(CLI::App& command, Options& o) {
    command
        .add_option("--inputs", o.inputs,
                    "Arguments of forward(), e.g. \"x:f32[N=1..64,3,224,224]\"; ';' between "
                    "several")
        ->required();
    command.add_option("--name", o.name, "Name of the artifact")->capture_default_str();
    command.add_option("--weights", o.weights,
                       "state_dict (.safetensors or torch .pt) to load first");
    command.add_flag("--train", o.with_train, "Compile the train-mode forward as well");
    command.add_option("--seed", o.seed, "Seed of the random inputs of check and bench")
        ->capture_default_str();
    command.add_flag("--quiet", o.quiet, "Print results alone");
    command.add_flag("--json", o.json, "Print results as JSON");
}

void add_compile(CLI::App& command, Options& o) {
    command
        .add_option("--target", o.target,
                    "host, x86-64-v2, x86-64-v3, x86-64-v4, aarch64; several with + between")
        ->capture_default_str();
    command.add_flag("!--no-hooks", o.with_hooks, "Leave out the plan in which hooks can run");
    command.add_flag("--exact", o.exact, "No rewrite that changes rounding (Winograd)");
    command.add_option("--threads", o.threads, "Kernels compiled side by side")
        ->check(positive_number())
        ->capture_default_str();
    command.add_option("--cache", o.cache_folder, "Folder that keeps kernels by content");
    command.add_option("--disable-pass", o.disabled_passes, "Leave out a pass");
    command.add_option("--dump-after", o.dump_after, "Print the graph after a pass");
    command.add_option("--tuning", o.tuning_file,
                       "Findings of `tune`, which overrule the estimates of the compiler");
    command
        .add_option("--pass-limit", o.pass_limit, "Stop after so many changes, to bisect passes")
        ->check(CLI::Range(0, 1'000'000));
}

/// The tuning file; `tune` may make it.
void read_tuning(Options& o, bool may_be_missing) {
    if (o.tuning_file.empty()) return;
    if (may_be_missing && !std::filesystem::exists(o.tuning_file)) return;
    std::ifstream file(o.tuning_file);
    if (!file) throw UserError("tuning.file", "tuning: cannot read '" + o.tuning_file + "'");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    o.tuning = std::make_shared<passes::TuningFile>(passes::TuningFile::parse(text, o.tuning_file));
}

}  // namespace

int driver_main(int argc, char** argv, const std::function<Subject()>& make_model,
                const std::string& headers) {
    Options o;
    int (*action)(const Subject&, const Options&) = nullptr;
    CLI::App app{"Compiles, shows and checks one model."};
    app.require_subcommand(1);
    auto add = [&](const char* name, const char* help, int (*run)(const Subject&, const Options&)) {
        CLI::App* command = app.add_subcommand(name, help);
        add_common(*command, o);
        command->callback([&action, run] { action = run; });
        return command;
    };
    CLI::App* compile =
        add("compile", "Write lib<name>.a, <name>.h and <name>.safetensors", driver::run_compile);
    add_compile(*compile, o);
    compile->add_option("-o,--output", o.output, "Folder for the files")->capture_default_str();
    compile->add_flag("--with-prepared", o.with_prepared,
                      "Keep what is made of the weights in their file, so that programs start "
                      "without making it");
    compile->add_option("--summary", o.summary, "File for sizes and times, as JSON");
    CLI::App* trace = add("trace", "Print the recorded program", driver::run_trace);
    trace->add_flag("--full", o.full, "Print all elements of constants");
    trace->add_option("--format", o.format, "text, dot (Graphviz), json")
        ->check(CLI::IsMember({"text", "dot", "json"}))
        ->capture_default_str();
    CLI::App* dump = add("dump", "Print the program after the passes", driver::run_dump);
    add_compile(*dump, o);
    dump->add_flag("--full", o.full, "Print all elements of constants");
    dump->add_option("--format", o.format,
                     "text, dot (Graphviz), json, or html: one page with graph, stages, kernels")
        ->check(CLI::IsMember({"text", "dot", "json", "html"}))
        ->capture_default_str();
    dump->add_option("--kernels", o.kernel_folder,
                     "Write a folder for each kernel below this one: IR, statement, assembly");
    dump->add_option("--after", o.after, "The program after this pass; all passes by default");
    dump->add_option("--kernel", o.kernel,
                     "Statement and assembly of the kernels whose name starts so");
    dump->add_flag("--why", o.why, "Say why nodes were not fused and which schedule was chosen");
    const char* const random_help = "File of inputs by name, in place of random ones";
    CLI::App* check =
        add("check", "Compare eager with compiled, module by module", driver::run_check);
    add_compile(*check, o);
    check->add_option("--sizes", o.sizes, "Values of named sizes to check, e.g. N=3");
    check->add_option("--in", o.input_file, random_help);
    CLI::App* run =
        add("run", "Run the compiled model on a safetensors file of inputs", driver::run_run);
    add_compile(*run, o);
    run->add_option("--in", o.input_file, "Inputs by name")->required();
    run->add_option("--out", o.output_file, "Outputs by name")->required();
    CLI::App* bench = add("bench", "Time the compiled model", driver::run_bench);
    add_compile(*bench, o);
    bench->add_option("--sizes", o.sizes, "Values of named sizes, e.g. N=8");
    bench->add_option("--in", o.input_file, random_help);
    bench->add_option("--run-threads", o.run_threads, "Threads that the model runs on")
        ->check(positive_number())
        ->capture_default_str();
    bench->add_flag("--steps", o.steps, "Time every step of the plan");
    bench->add_option("--repetitions", o.repetitions, "Timed runs")
        ->check(positive_number())
        ->capture_default_str();
    CLI::App* tune =
        add("tune", "Measure the candidates of every choice of kernels", driver::run_tune);
    add_compile(*tune, o);
    tune->add_option("--sizes", o.sizes, "Values of named sizes, e.g. N=8");
    tune->add_option("--in", o.input_file, random_help);
    tune->add_option("--run-threads", o.run_threads, "Threads that the model runs on")
        ->check(positive_number())
        ->capture_default_str();
    tune->add_option("--repetitions", o.repetitions, "Timed runs of each candidate")
        ->check(positive_number())
        ->capture_default_str();
    try {
        if (!headers.empty() && headers != driver::built_headers_hash)
            throw UserError("tool.headers", driver::other_headers("lithe: liblithe.so", headers));
        app.parse(argc, argv);
        read_tuning(o, app.got_subcommand("tune"));
        const int status = action(make_model(), o);
        if (o.tuning) {
            for (const std::string& note : o.tuning->notes())
                fmt::print(stderr, "note: {}\n", note);
        }
        return status;
    } catch (const CLI::ParseError& error) {
        return driver::report_usage(app, error);
    } catch (const std::exception& error) {
        fmt::print(stderr, "error: {}\n", error.what());
        return 1;
    } catch (...) {
        fmt::print(stderr, "error: the model threw what is no std::exception\n");
        return 1;
    }
}

}  // namespace lithe
