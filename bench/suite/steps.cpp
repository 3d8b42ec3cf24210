#include "steps.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "runtime/size_code.h"

namespace suite {
namespace {

using lithe::artifact::Artifact;
using lithe::artifact::Plan;
using lithe::artifact::PlanValue;
using lithe::artifact::Space;
using lithe::artifact::Step;

constexpr size_t most_kernels = 2048;

const lithe_artifact* original = nullptr;
std::array<lithe_kernel, most_kernels> timed_kernels;
/// Every call of a kernel while recording: which one, and its time.
struct Call {
    size_t kernel;
    double us;
};
std::vector<Call> calls;
std::mutex calls_mutex;  // a loop's rounds run on several threads
bool is_recording = false;

template <size_t index>
int time_kernel(void** arguments) {
    const auto begin = std::chrono::steady_clock::now();
    const int result = original->kernels[index](arguments);
    const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - begin;
    if (is_recording) {
        const std::lock_guard lock(calls_mutex);
        calls.push_back({index, time.count()});
    }
    return result;
}

template <size_t... index>
void fill(std::index_sequence<index...>) {
    ((timed_kernels[index] = time_kernel<index>), ...);
}

/// Sizes of a value where they are constant; 0 for one that is not.
std::vector<int64_t> sizes_of(const PlanValue& value) {
    std::vector<int64_t> sizes;
    for (const lithe::artifact::SizeCode& code : value.type.shape) {
        const bool is_constant = code.steps.size() == 1 &&
                                 code.steps[0].kind == lithe::artifact::SizeCode::Kind::constant;
        sizes.push_back(is_constant ? code.steps[0].value : 0);
    }
    return sizes;
}

double product(const std::vector<int64_t>& sizes) {
    double count = 1;
    for (const int64_t size : sizes) count *= static_cast<double>(size);
    return count;
}

/// Twice the products of a step whose second operand is weights: panels, or filters of narrow
/// groups (depthwise), whose last axis is the image's; else 0.
double flops(const Plan& plan, const Step& step) {
    if (step.values.size() < 3) return 0;
    const PlanValue& w = plan.values[static_cast<size_t>(step.values[1])];
    const std::vector<int64_t> panels = sizes_of(w);
    if (w.space != Space::prepared || panels.size() < 3) return 0;
    const std::vector<int64_t> x = sizes_of(plan.values[static_cast<size_t>(step.values[0])]);
    const std::vector<int64_t> y = sizes_of(plan.values[static_cast<size_t>(step.values.back())]);
    // A window of taps; Winograd's filters have 16 elements or more in its place.
    const bool is_depthwise = panels.size() == 4 && panels[0] < 12 && panels[1] < 12 &&
                              x.size() == 4 && x.back() == panels.back() &&
                              y.back() == panels.back();
    if (is_depthwise) return 2 * product(y) * product(panels) / static_cast<double>(panels.back());
    return 2 * product(sizes_of(plan.values[static_cast<size_t>(step.values.back())])) *
           product(panels) / static_cast<double>(panels.front() * panels.back());
}

std::string shapes(const Plan& plan, const Step& step) {
    std::string text;
    for (size_t i = 0; i < step.values.size(); ++i) {
        if (i + static_cast<size_t>(step.output_count) == step.values.size()) text += " ->";
        text += ' ';
        const std::vector<int64_t> sizes =
            sizes_of(plan.values[static_cast<size_t>(step.values[i])]);
        for (size_t k = 0; k < sizes.size(); ++k) text += (k ? "x" : "") + std::to_string(sizes[k]);
    }
    return text;
}

}  // namespace

lithe_artifact timed(const lithe_artifact& artifact) {
    original = &artifact;
    fill(std::make_index_sequence<most_kernels>());
    lithe_artifact result = artifact;
    if (artifact.kernel_count <= most_kernels) result.kernels = timed_kernels.data();
    return result;
}

void start_steps() {
    calls.clear();
    is_recording = true;
}

void print_steps(const lithe_artifact& artifact, const std::string& name) {
    is_recording = false;
    Artifact tables;
    lithe::artifact::decode_in_place(
        {reinterpret_cast<const std::byte*>(artifact.bytes), artifact.size_bytes}, tables);
    for (const Plan& plan : tables.plans) {
        if (plan.name != name) continue;
        std::vector<const Step*> steps;
        std::vector<int64_t> rounds_of;
        std::vector<int64_t> rounds{1};  // of the loops that are open
        for (const Step& step : plan.steps) {
            if (step.kind == Step::Kind::loop_begin)
                rounds.push_back(rounds.back() * lithe::artifact::evaluate(step.count, {}));
            if (step.kind == Step::Kind::loop_end) rounds.pop_back();
            if (step.kind != Step::Kind::kernel) continue;
            steps.push_back(&step);
            rounds_of.push_back(rounds.back());
        }
        double total = 0;
        bool in_loops = false;
        for (size_t k = 0; k < calls.size() && !in_loops; ++k)
            in_loops = calls[k].kernel != static_cast<size_t>(steps[k % steps.size()]->index);
        for (size_t i = 0; i < steps.size(); ++i) {
            // Steps of loops run many times: the least of all calls of their kernel.
            double least = 1e30;
            for (size_t k = in_loops ? 0 : i; k < calls.size(); k += in_loops ? 1 : steps.size()) {
                if (in_loops && calls[k].kernel != static_cast<size_t>(steps[i]->index)) continue;
                least = std::min(least, calls[k].us);
            }
            if (least == 1e30) continue;  // not run: what only hooks need
            const auto times = static_cast<double>(rounds_of[i]);
            total += times * least;
            std::printf("%4zu %-18s %3.0f x %9.2f us %7.1f GFLOP/s %s\n", i,
                        tables.kernels[static_cast<size_t>(steps[i]->index)].substr(0, 18).c_str(),
                        times, least, flops(plan, *steps[i]) / least * 1e-3,
                        shapes(plan, *steps[i]).c_str());
        }
        std::printf("     %zu steps, %.3f ms in kernels\n", steps.size(), total * 1e-3);
    }
}

}  // namespace suite
