// `run` and `bench`: the compiled model in this process.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "compiler/compiled_model.h"
#include "compiler/driver/inputs.h"
#include "compiler/driver/step_table.h"
#include "runtime/executor.h"
#include "runtime/safetensors.h"

namespace lithe::driver {

int run_run(const Subject& subject, const Options& o) {
    ir::Program program = traced(subject, o);
    const Tensors inputs = make_inputs(program, o);
    CompiledModel model = compile_program(std::move(program), compile_options(o));
    const Tensors outputs = model(inputs);
    std::vector<Array> arrays;
    std::vector<NamedTensor> named;
    for (size_t i = 0; i < outputs.size(); ++i) {
        arrays.push_back(outputs[i].array());
        named.push_back({model.compiled().artifact.outputs[i].name,
                         {arrays[i].raw(), arrays[i].dtype(), arrays[i].sizes()}});
        if (!o.quiet) fmt::print("{} {}\n", named[i].name, outputs[i].type().str());
    }
    save_safetensors(o.output_file, named);
    return 0;
}

int run_bench(const Subject& subject, const Options& o) {
    ir::Program program = traced(subject, o);
    const Tensors inputs = make_inputs(program, o);
    CompiledModel model = compile_program(std::move(program), compile_options(o));
    if (o.steps) {
        print_steps(model, inputs, o);
        return 0;
    }
    ThreadPool pool(o.run_threads);
    if (o.run_threads > 1) model.model().set_executor(&pool);
    using Clock = std::chrono::steady_clock;
    std::vector<double> times_us;
    for (int i = 0; i < o.repetitions + 3; ++i) {
        const auto begin = Clock::now();
        model(inputs);
        if (i < 3) continue;
        times_us.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
    }
    std::sort(times_us.begin(), times_us.end());
    const double median = times_us[times_us.size() / 2], least = times_us.front();
    if (o.json) {
        fmt::print("{}\n", nlohmann::ordered_json{{"median_us", median}, {"min_us", least}}.dump());
    } else {
        fmt::print("{}: median {:.1f} us, least {:.1f} us over {} runs on {} thread(s)\n", o.name,
                   median, least, o.repetitions, o.run_threads);
    }
    return 0;
}

}  // namespace lithe::driver
