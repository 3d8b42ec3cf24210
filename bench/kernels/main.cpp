// Times single kernels, compiled as any model is, against the peaks of this machine in the same
// run.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <regex>

#include "bench/kernels/cases.h"
#include "bench/kernels/machine.h"
#include "compiler/compiled_model.h"
#include "runtime/size_code.h"

namespace {

using namespace lithe;
using namespace lithe::bench;

struct Options {
    std::string only = ".*", json, target = "host", cache;
    std::vector<std::string> disabled_passes;
    double seconds = 0.1;
    int threads = 1, vector_bytes = 64;
    bool is_list = false, is_program = false;
};

/// What one case gave.
struct Row {
    double median_us = 0, least_us = 0, compile_s = 0;
    double peak = 0, copy = 0;  ///< FLOP/s and bytes/s measured beside it
    double bytes = 0;
    std::string error;
};

std::vector<HostTensor> random_inputs(const CompiledModel& model, const Case& c) {
    std::mt19937 random(1);
    std::normal_distribution<float> normal;
    std::uniform_int_distribution<int64_t> index(0, c.index_limit - 1);
    std::vector<HostTensor> inputs;
    for (const artifact::Port& port : model.compiled().artifact.inputs) {
        std::vector<int64_t> shape;
        for (const artifact::SizeCode& size : port.type.shape)
            shape.push_back(artifact::evaluate(size, {}));
        HostTensor& tensor = inputs.emplace_back(port.type.dtype, shape);
        const TensorView view = tensor.view();
        for (int64_t i = 0; i < element_count(shape); ++i) {
            if (port.type.dtype == DType::f32) view.as<float>()[i] = normal(random);
            if (port.type.dtype == DType::i64) view.as<int64_t>()[i] = index(random);
        }
    }
    return inputs;
}

double bytes_of(CompiledModel& model, const Case& c, std::span<const HostTensor> in,
                std::span<const HostTensor> out) {
    double bytes = c.table_bytes;
    for (const auto& list : {in, out}) {
        for (const HostTensor& tensor : list) bytes += static_cast<double>(size_bytes(tensor));
    }
    if (c.table_bytes == 0) {
        for (const ConstTensorView& p : model.model().parameters())
            bytes += static_cast<double>(size_bytes(p));
    }
    return bytes;
}

/// Seconds of one call, ascending. Short calls are timed several at once, so that reading the clock
/// does not count.
template <class Call>
std::vector<double> run_times(const Call& call, double seconds) {
    const double warm_begin = now_s();
    int calls = 0;
    while (calls < 3 || now_s() < warm_begin + seconds / 5) call(), ++calls;
    const int at_once = std::max(1, static_cast<int>(calls * 20e-6 / (now_s() - warm_begin)));
    std::vector<double> times;
    for (const double end = now_s() + seconds; now_s() < end || times.size() < 5;) {
        const double begin = now_s();
        for (int i = 0; i < at_once; ++i) call();
        times.push_back((now_s() - begin) / at_once);
    }
    std::sort(times.begin(), times.end());
    return times;
}

Row measure(const Case& c, Executor& executor, const Options& options) {
    Row row;
    CompileOptions compile_options{
        .target = options.target, .with_hooks = false, .cache_folder = options.cache};
    compile_options.disabled_passes.insert(options.disabled_passes.begin(),
                                           options.disabled_passes.end());
    CompiledModel model = compile_subject(c.subject, c.inputs, compile_options);
    row.compile_s = model.compiled().compile_s;
    if (options.is_program) fmt::print("{}\n", ir::print(model.compiled().program));
    if (options.threads > 1) model.session().set_executor(&executor);

    const std::vector<HostTensor> inputs = random_inputs(model, c);
    std::vector<ConstTensorView> in;
    for (const HostTensor& tensor : inputs) in.push_back(tensor.view());
    std::vector<HostTensor> outputs = model.session().run(in);
    std::vector<TensorView> out;
    for (HostTensor& tensor : outputs) out.push_back(tensor.view());
    row.bytes = bytes_of(model, c, inputs, outputs);

    // The peaks are measured before and after: the clock of a busy machine drifts.
    row.peak = measure_fma_peak(executor, options.seconds / 10, options.vector_bytes);
    row.copy = measure_copy(executor, row.bytes, options.seconds / 10);
    const std::vector<double> times =
        run_times([&] { model.session().run(in, out); }, options.seconds);
    row.peak =
        std::max(row.peak, measure_fma_peak(executor, options.seconds / 10, options.vector_bytes));
    row.median_us = times[times.size() / 2] * 1e6;
    row.least_us = times.front() * 1e6;
    return row;
}

nlohmann::ordered_json json_of(const Case& c, const Row& row) {
    nlohmann::ordered_json j{
        {"name", c.name}, {"op", c.op}, {"inputs", c.inputs}, {"index_limit", c.index_limit}};
    for (const auto& [name, value] : c.sizes) j["sizes"][name] = value;
    if (!row.error.empty()) {
        j["error"] = row.error;
        return j;
    }
    const double time_s = row.median_us * 1e-6;
    j["median_us"] = row.median_us;
    j["min_us"] = row.least_us;
    j["compile_s"] = row.compile_s;
    j["flop"] = c.flop;
    j["bytes"] = row.bytes;
    j["gflops"] = c.flop / time_s * 1e-9;
    j["peak_gflops"] = row.peak * 1e-9;
    j["peak_percent"] = 100 * c.flop / time_s / row.peak;
    j["gb_s"] = row.bytes / time_s * 1e-9;
    j["copy_gb_s"] = row.copy * 1e-9;
    j["copy_percent"] = 100 * row.bytes / time_s / row.copy;
    return j;
}

void print_row(const Case& c, const Row& row) {
    if (!row.error.empty()) {
        fmt::print("{:34} {}\n", c.name, row.error);
        return;
    }
    const double time_s = row.median_us * 1e-6;
    std::string flops = fmt::format("{:>9} {:>6}", "-", "-");
    if (c.flop > 0)
        flops = fmt::format("{:9.1f} {:5.1f}%", c.flop / time_s * 1e-9,
                            100 * c.flop / time_s / row.peak);
    fmt::print("{:34} {:10.2f} {} {:8.1f} {:6.1f}% {:8.2f}\n", c.name, row.median_us, flops,
               row.bytes / time_s * 1e-9, 100 * row.bytes / time_s / row.copy, row.compile_s);
}

int run(const Options& options) {
    ThreadPool pool(options.threads);
    const std::regex only(options.only);
    nlohmann::ordered_json report{{"threads", options.threads},
                                  {"target", options.target},
                                  {"fma", fma_kind(options.vector_bytes)}};
    report["rows"] = nlohmann::ordered_json::array();
    if (!options.is_list) {
        fmt::print("{} thread(s), FMA peak {:.1f} GFLOP/s ({}), copy of 64 MB {:.1f} GB/s\n",
                   options.threads, measure_fma_peak(pool, 0.2, options.vector_bytes) * 1e-9,
                   fma_kind(options.vector_bytes), measure_copy(pool, 64e6, 0.2) * 1e-9);
        fmt::print("{:34} {:>10} {:>9} {:>6} {:>8} {:>7} {:>8}\n", "case", "us", "GFLOP/s", "peak",
                   "GB/s", "copy", "comp. s");
    }
    int failures = 0, found = 0;
    for (const Case& c : all_cases()) {
        if (!std::regex_search(c.name, only)) continue;
        ++found;
        if (options.is_list) {
            fmt::print("{:34} {}\n", c.name, c.inputs);
            continue;
        }
        Row row;
        try {
            row = measure(c, pool, options);
        } catch (const std::exception& error) {
            row.error = error.what();
            ++failures;
        }
        print_row(c, row);
        std::fflush(stdout);
        report["rows"].push_back(json_of(c, row));
    }
    if (!options.json.empty()) std::ofstream(options.json) << report.dump(1) << "\n";
    if (found == 0) fmt::print(stderr, "no case matches '{}'; --list names them\n", options.only);
    return failures == 0 && found > 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app{
        "Times single kernels. peak: of the FMA peak; GB/s: inputs, outputs and parameters, each "
        "once; copy: of a copy "
        "of as many bytes (over 100 % is possible where less is written than read)."};
    app.add_option("--only", options.only, "Cases whose name this regular expression finds");
    app.add_option("--threads", options.threads, "Threads of the pool")->capture_default_str();
    app.add_option("--seconds", options.seconds, "Timed for each case")->capture_default_str();
    app.add_option("--target", options.target, "As for lithe compile")->capture_default_str();
    app.add_option("--cache", options.cache, "Folder that keeps kernels by content");
    app.add_option("--disable-pass", options.disabled_passes, "Leave out a pass");
    app.add_option("--json", options.json, "File for the figures");
    app.add_flag("--list", options.is_list, "Name the cases");
    app.add_flag("--program", options.is_program, "Print what each was compiled to");
    CLI11_PARSE(app, argc, argv);
    try {
        options.vector_bytes = lower::find_target(options.target).vector_bytes;
        return run(options);
    } catch (const std::exception& error) {
        fmt::print(stderr, "error: {}\n", error.what());
        return 1;
    }
}
