#include "compiler/driver/step_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>

#include "compiler/driver/inputs.h"
#include "compiler/driver/multiply_add_peak.h"
#include "compiler/lower/body.h"
#include "compiler/lower/work.h"
#include "runtime/executor.h"
#include "runtime/session.h"

namespace lithe::driver {
namespace {

/// What the steps of one kind of place in the model do: equal kernels stand apart.
struct Row {
    std::string kernel, module, what, family;
    double time_ms = 0;
    lower::Work work;
};

std::string nodes_of(const ir::Node& group) {
    std::string text;
    for (const auto& node : group.body()->nodes()) {
        if (node->is("input")) continue;
        text += (text.empty() ? "" : "+") + std::string(node->name());
    }
    return text;
}

/// A row for every step, in the order of the plan.
std::vector<Row> rows_of(const Compiled& compiled, const artifact::Plan& plan,
                         const ir::SymbolValues& sizes) {
    const std::vector<lower::GroupRun> runs = lower::group_runs(*compiled.program.graph("forward"));
    std::vector<Row> rows;
    size_t next = 0;
    for (const artifact::Step& step : plan.steps) {
        Row row;
        if (step.kind != artifact::Step::Kind::kernel) {
            using Kind = artifact::Step::Kind;
            const bool is_mark =
                step.kind == Kind::module_input || step.kind == Kind::module_output;
            row.what = step.kind == Kind::copy ? "copy" : is_mark ? "mark" : "loop";
            rows.push_back(row);
            continue;
        }
        const lower::GroupRun& run = runs.at(next++);
        const ir::Node& group = *run.group;
        row.kernel = compiled.artifact.kernels[static_cast<size_t>(step.index)];
        if (group.module_call >= 0) {
            const auto call = static_cast<size_t>(group.module_call);
            const auto module = static_cast<size_t>(compiled.program.calls[call].module);
            row.module = compiled.program.modules[module].path;
        }
        row.what = nodes_of(group);
        row.family = lower::find_family(group, compiled.target).name;
        row.work = lower::work_of(group, sizes);
        const auto rounds = static_cast<double>(ir::substitute(run.rounds, sizes).constant());
        row.work = {row.work.flops * rounds, row.work.bytes * rounds};
        rows.push_back(std::move(row));
    }
    return rows;
}

/// Median of every step over the runs: the clock costs some 30 ns a step.
void time(CompiledModel& model, const Tensors& inputs, const Options& o, std::vector<Row>& rows) {
    std::vector<Array> in, out;
    std::vector<ConstTensorView> in_views;
    std::vector<TensorView> out_views;
    for (const Tensor& input : inputs) {
        in.push_back(input.array().dense());
        in_views.push_back({in.back().raw(), in.back().dtype(), in.back().sizes()});
    }
    const auto shapes = model.session().output_shapes(in_views);
    for (size_t i = 0; i < shapes.size(); ++i) {
        out.push_back(Array::empty(model.compiled().artifact.outputs[i].type.dtype, shapes[i]));
        out_views.push_back({out.back().raw(), out.back().dtype(), shapes[i]});
    }
    std::vector<std::vector<double>> times;
    for (int i = 0; i < o.repetitions + 3; ++i) {
        const std::vector<double> step_ns = model.session().time_steps(in_views, out_views);
        if (i < 3) continue;
        times.resize(step_ns.size());
        for (size_t s = 0; s < step_ns.size(); ++s) times[s].push_back(step_ns[s]);
    }
    for (size_t s = 0; s < times.size(); ++s) {
        std::nth_element(times[s].begin(),
                         times[s].begin() + static_cast<std::ptrdiff_t>(times[s].size() / 2),
                         times[s].end());
        if (s >= rows.size()) rows.push_back({.what = "copy to an output"});
        rows[s].time_ms = times[s][times[s].size() / 2] * 1e-6;
    }
}

nlohmann::ordered_json json_of(const std::vector<Row>& rows, double peak) {
    nlohmann::ordered_json list = nlohmann::json::array();
    for (const Row& row : rows) {
        list.push_back({{"kernel", row.kernel},
                        {"module", row.module},
                        {"nodes", row.what},
                        {"family", row.family},
                        {"ms", row.time_ms},
                        {"flops", row.work.flops},
                        {"bytes", row.work.bytes}});
    }
    return {{"peak_gflops", peak}, {"steps", list}};
}

}  // namespace

void print_steps(CompiledModel& model, const Tensors& inputs, const Options& o) {
    ThreadPool pool(o.run_threads);
    if (o.run_threads > 1) model.session().set_executor(&pool);
    const artifact::Artifact& artifact = model.compiled().artifact;
    const auto plan = std::find_if(artifact.plans.begin(), artifact.plans.end(),
                                   [](const artifact::Plan& p) { return p.name == "forward"; });
    std::vector<Row> rows = rows_of(model.compiled(), *plan, sizes_of(model.compiled().program, o));
    time(model, inputs, o, rows);
    const double peak = multiply_add_peak() * o.run_threads;
    model.session().set_executor(nullptr);
    if (o.json) return fmt::print("{}\n", json_of(rows, peak).dump());

    double total = 0, flops = 0;
    fmt::print("{:>9} {:>8} {:>5} {:>7}  {:<16} {:<10} {}\n", "ms", "GFLOP/s", "%peak", "GB/s",
               "kernel", "family", "module: nodes");
    for (const Row& row : rows) {
        const double rate = row.time_ms > 0 ? row.work.flops / row.time_ms * 1e-6 : 0;
        fmt::print("{:9.4f} {:8.1f} {:5.1f} {:7.1f}  {:<16} {:<10} {}: {}\n", row.time_ms, rate,
                   peak > 0 ? 100 * rate / peak : 0,
                   row.time_ms > 0 ? row.work.bytes / row.time_ms * 1e-6 : 0,
                   row.kernel.substr(0, 16), row.family, row.module, row.what);
        total += row.time_ms;
        flops += row.work.flops;
    }
    fmt::print("{:9.4f} {:8.1f} {:5.1f}  all {} steps; peak {:.1f} GFLOP/s\n", total,
               total > 0 ? flops / total * 1e-6 : 0,
               total > 0 && peak > 0 ? flops / total * 1e-4 / peak : 0, rows.size(), peak);
}

}  // namespace lithe::driver
