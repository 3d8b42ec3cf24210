// What a run costs beside its kernels: the call, a step of the plan, a parallel loop.
// usage: bench_runtime [--check]. Medians, in ns. With --check the exit status says whether all are
// within ten times their bounds: that much a busy machine cannot explain.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <thread>
#include <vector>

#include "runtime/artifact_encode.h"
#include "runtime/executor.h"
#include "runtime/model.h"
#include "runtime/session.h"

namespace {

using namespace lithe;
using Clock = std::chrono::steady_clock;

double ns_since(Clock::time_point begin) {
    return std::chrono::duration<double, std::nano>(Clock::now() - begin).count();
}

/// Median time of a call, timed in groups so that the clock does not count.
template <class Call>
double median_ns(const Call& call, int groups = 501, int at_once = 20) {
    std::vector<double> times;
    for (int i = 0; i < groups; ++i) {
        const Clock::time_point begin = Clock::now();
        for (int k = 0; k < at_once; ++k) call();
        times.push_back(ns_since(begin) / at_once);
    }
    std::nth_element(times.begin(), times.begin() + groups / 2, times.end());
    return times[static_cast<size_t>(groups / 2)];
}

int nothing(void**) { return 0; }

artifact::SizeCode size(int64_t value) { return {{{artifact::SizeCode::Kind::constant, value}}}; }

/// A model of one input and one output whose plan has `steps` kernels that do nothing.
std::vector<std::byte> model_of(int steps) {
    artifact::Artifact model;
    model.name = "empty";
    const artifact::Type type{DType::f32, {size(4), size(4)}};
    model.inputs = {{"x", type}};
    model.outputs = {{"y", type}};
    model.kernels = {"nothing"};
    model.modules.emplace_back().class_name = "Empty";
    artifact::Plan plan;
    plan.name = "forward";
    plan.arena_bytes = 64;
    plan.values = {{.type = type, .space = artifact::Space::input},
                   {.type = type, .space = artifact::Space::output}};
    plan.outputs = {1};
    for (int i = 0; i < steps; ++i) {
        artifact::Step step;
        step.values = {0, 1};
        plan.steps.push_back(step);
    }
    model.plans = {plan};
    return artifact::encode(model);
}

double run_ns(int steps) {
    const std::vector<std::byte> encoded = model_of(steps);
    const lithe_kernel kernels[] = {nothing};
    const lithe_artifact table{lithe_artifact_magic,
                               encoded.size(),
                               reinterpret_cast<const unsigned char*>(encoded.data()),
                               1,
                               kernels,
                               nullptr,
                               {}};
    const Model model(table, StateDict());
    Session session(model);
    float x[16] = {}, y[16];
    const std::vector<ConstTensorView> inputs = {{x, DType::f32, {4, 4}}};
    const std::vector<TensorView> outputs = {{y, DType::f32, {4, 4}}};
    return median_ns([&] { session.run(inputs, outputs); });
}

/// The least work, of `tasks` equal tasks, that two threads do in less than nine tenths of the
/// time.
double least_work_ns(ThreadPool& pool, int tasks) {
    const auto work = [](double time_ns) {
        for (const Clock::time_point begin = Clock::now(); ns_since(begin) < time_ns;) {
        }
    };
    for (double total = 250; total < 1e6; total *= 1.25) {
        const double serial = median_ns(
            [&] {
                for (int i = 0; i < tasks; ++i) work(total / tasks);
            },
            201, 1);
        const double parallel = median_ns(
            [&] { parallel_for(pool, tasks, [&](int) { work(total / tasks); }); }, 201, 1);
        if (parallel < 0.9 * serial) return serial;
    }
    return 1e6;
}

/// A parallel loop whose threads sleep: what the caller pays to wake them.
double wake_ns(ThreadPool& pool) {
    std::vector<double> times;
    for (int i = 0; i < 51; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        const Clock::time_point begin = Clock::now();
        parallel_for(pool, 2, [](int) {});
        times.push_back(ns_since(begin));
    }
    std::nth_element(times.begin(), times.begin() + 25, times.end());
    return times[25];
}

bool is_fine = true;

void say(const char* what, double ns, double most) {
    std::printf("%-58s %8.0f ns", what, ns);
    if (most > 0) std::printf("   (bound %.0f)", most);
    std::printf("\n");
    if (most > 0 && ns > 10 * most) is_fine = false;
}

}  // namespace

int main(int argc, char** argv) {
    const bool is_check = argc > 1 && std::strcmp(argv[1], "--check") == 0;
    const double one = run_ns(1), many = run_ns(1001);
    say("a step of a plan with an empty kernel", (many - one) / 1000, 50);
    say("a call of run() with one empty kernel", one, 300);
    ThreadPool pool(2);
    say("an empty parallel loop of 8 tasks, 2 threads",
        median_ns([&] { parallel_for(pool, 8, [](int) {}); }), 0);
    say("the same where the other thread sleeps", wake_ns(pool), 0);
    if (!is_check) say("least work that gains a tenth by 2 threads", least_work_ns(pool, 8), 0);
    return is_check && !is_fine ? 1 : 0;
}
