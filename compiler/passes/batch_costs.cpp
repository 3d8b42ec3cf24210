#include "compiler/passes/batch_costs.h"

#include <algorithm>

#include "compiler/passes/kinds.h"
#include "compiler/passes/winograd.h"

namespace lithe::passes {
namespace {

/// Nanoseconds for a byte of a value that lies right behind the second-level cache, and in memory.
/// Measured at SqueezeNet's first layers: the third level serves less the fuller it is.
constexpr double near_value = 0.006, far_value = 0.05;
/// Of weights, which kernels ask for ahead: second level, third level, memory.
constexpr std::array<double, 3> weight_rates{0.012, 0.016, 0.04};
/// The part of a second-level cache that values stay in.
constexpr double second_part = 0.75;
/// Cycles in a nanosecond, and which part of its peak a kernel reaches.
constexpr double clock = 3, efficiency = 0.92;
/// A kernel's start, and what a loop has to win for being one: as much, and a part of its time.
constexpr double kernel_ns = 60, loop_ns = 20000, least_gain = 0.03;
/// Items that one expects where their number is not known.
constexpr int64_t expected_items = 8;

/// A view that shares memory, or a cat, whose parts are written where it lies.
bool is_through(const ir::Node& node) { return node.is("reshape") || node.is("cat"); }

bool is_depthwise(const ir::Node& node) {
    return node.is("conv") && node.input(1).type().size(1).is_constant(1);
}

/// A kernel's time: waiting shows where it takes longer than computing, and a part of it anyway.
double overlapped(double compute, double values, double weights) {
    return std::max(compute, weights) + 0.05 * std::min(compute, weights) +
           std::max(values / 2, values - compute);
}

/// How many times more elements a patch has than the taps for each of its results.
struct Growth {
    double weights = 1, products = 1;
};
Growth growth(const ir::Node& conv, const Machine& machine) {
    std::optional<WinogradProblem> problem = winograd_problem(conv);
    if (!problem) return {};
    problem->images = 1;
    problem->has_known_batch = true;
    const std::vector<WinogradPlan> plans = ranked_winograd_plans(*problem, machine);
    if (plans.empty() || !winograd_pays(*problem, plans[0].cost, machine)) return {};
    double weights = 1, results = 1;
    for (const size_t axis : {0, 1}) {
        const int64_t taps = problem->taps[axis], tile = taps > 1 ? plans[0].tile : 1;
        const int64_t patch = (tile - 1) * problem->stride[axis] + taps;
        weights *= static_cast<double>(patch) / static_cast<double>(taps);
        results *= static_cast<double>(tile);
    }
    constexpr double transforms = 1.5;  // beside the products
    return {weights, transforms * weights / results};
}

}  // namespace

BatchCosts::BatchCosts(const ir::Graph& graph, const std::vector<BatchStep>& steps,
                       const Machine& machine)
    : steps_(steps),
      machine_(machine),
      second_bytes_(second_part * static_cast<double>(machine.l2_bytes)),
      third_bytes_(static_cast<double>(machine.l3_bytes)),
      users_(users_of(graph)),
      work_(steps.size()) {
    for (size_t i = 0; i < steps.size(); ++i) step_of_[steps[i].node] = i;
    may_cut_.assign(steps.size() + 1, true);
    for (size_t i = 0; i < steps.size(); ++i) {
        const Dim& items = steps[i].items;
        counts_.push_back(items.is_constant() ? items.constant() : expected_items);
        if (!steps[i].roles.empty()) add_work(i);
    }
    touched_before_.push_back(0);
    weights_before_.push_back(0);
    for (const Work& work : work_) {
        double touched = 0;
        for (const Read& read : work.reads) touched += read.bytes;
        touched_before_.push_back(touched_before_.back() + touched);
        weights_before_.push_back(weights_before_.back() + work.weights);
    }
}

/// Whether the step's kernel, or the one that it joins, hands the operand on in registers.
bool BatchCosts::joins(size_t step, ir::Value operand) const {
    const ir::Node &node = *steps_[step].node, &from = *operand.node;
    const auto at = step_of_.find(&from);
    if (at == step_of_.end() || steps_[at->second].roles.empty() || is_through(from)) return false;
    const auto& readers = users_.at(&from);
    if (is_pointwise(node)) {
        return std::all_of(readers.begin(), readers.end(), [&](const ir::Node* user) {
            return user && is_pointwise(*user) && same(operand.type().shape, user->type().shape);
        });
    }
    const bool is_alone = std::all_of(readers.begin(), readers.end(),
                                      [&](const ir::Node* user) { return user == &node; });
    if (!is_alone) return false;
    if (node.is("permute")) return true;
    if (node.is(Trait::reduction)) return is_pointwise(from);
    return is_depthwise(node) && operand == node.input(0);
}

void BatchCosts::add_work(size_t step) {
    const ir::Node& node = *steps_[step].node;
    work_[step].is_kernel = !is_through(node);
    const auto keep_with = [&](const ir::Node* from) {
        for (size_t cut = step_of_.at(from) + 1; cut <= step; ++cut) may_cut_[cut] = false;
    };
    // Of several operands that are there for such steps alone the kernel is that of the last.
    const ir::Node* joined = nullptr;
    for (const ir::Value& operand : node.inputs()) {
        if (!joins(step, operand)) continue;
        keep_with(operand.node);
        if (!joined || step_of_.at(operand.node) > step_of_.at(joined)) joined = operand.node;
    }
    kernel_of_[&node] = joined ? kernel_of_.at(joined) : step;
    for (size_t i = 0; i < steps_[step].roles.size(); ++i) {
        const ir::Value operand = node.inputs()[i];
        const bool is_own = steps_[step].roles[i] == ItemRole::own;
        if (is_own && operand.node->is("cat") && step_of_.contains(operand.node))
            keep_with(operand.node);
        const auto made_in = kernel_of_.find(operand.node);
        const bool is_inside =
            made_in != kernel_of_.end() && made_in->second == kernel_of_.at(&node);
        if (is_own && !is_inside && !is_through(node)) add_reads(step, operand);
    }
    add_weights(step);
    if (joined) take_over(step, *joined);
    touched_in_[&node] = step;
}

/// The kernel runs where its last node stands.
void BatchCosts::take_over(size_t step, const ir::Node& joined) {
    Work &work = work_[step], &from = work_[step_of_.at(&joined)];
    work.reads.insert(work.reads.end(), from.reads.begin(), from.reads.end());
    work.weights += from.weights;
    work.products += from.products;
    from = {};
}

void BatchCosts::add_reads(size_t step, ir::Value value) {
    const auto own = step_of_.find(value.node);
    if (is_through(*value.node) && own != step_of_.end() && !steps_[own->second].roles.empty()) {
        for (const ir::Value& part : value.node->inputs()) add_reads(step, part);
        return;
    }
    const auto at = touched_in_.find(value.node);
    const bool is_known = at != touched_in_.end();
    const double bytes = static_cast<double>(item_bytes(value.type()));
    const bool is_first = is_known && read_.insert(value.node).second;
    work_[step].reads.push_back({is_known ? static_cast<int>(at->second) : -1, bytes, is_first});
    if (is_known) at->second = step;
}

void BatchCosts::add_weights(size_t step) {
    const ir::Node& node = *steps_[step].node;
    Work& work = work_[step];
    if (!is_anchor(node)) return;
    const int columns = is_window(node) ? 1 : node.type().rank() - 1;
    double places = 1;
    for (int axis = 1; axis < node.type().rank(); ++axis) {
        if (axis != columns) places *= static_cast<double>(node.type().size(axis).constant());
    }
    for (size_t i = 0; i < steps_[step].roles.size(); ++i) {
        const TensorType& type = node.inputs()[i].type();
        if (steps_[step].roles[i] != ItemRole::whole || type.rank() < 2) continue;
        const auto count = static_cast<double>(product(type.shape).constant());
        work.weights += count * static_cast<double>(size_bytes(type.dtype));
        work.products += count * places;
    }
    if (work.products == 0 || !node.is("conv")) return;
    const Growth more = growth(node, machine_);
    work.weights *= more.weights;
    work.products *= more.products;
}

BatchCosts::Level BatchCosts::level(double bytes) const {
    if (bytes <= second_bytes_) return Level::second;
    return bytes <= third_bytes_ ? Level::third : Level::memory;
}

double BatchCosts::value_rate(double bytes) const {
    if (bytes <= second_bytes_) return 0;
    const double fill = std::min(1.0, (bytes - second_bytes_) / (third_bytes_ - second_bytes_));
    return near_value + fill * (far_value - near_value);
}

double BatchCosts::compute(size_t step, int64_t items) const {
    const double lanes = static_cast<double>(machine_.vector_bytes) / 4;
    return work_[step].products * static_cast<double>(items) / (2 * lanes * efficiency * clock);
}

/// Of `items` at a time since step `begin`, all before it.
double BatchCosts::reads(size_t step, size_t begin, int64_t items) const {
    double time = 0;
    for (const Read& read : work_[step].reads) {
        if (read.last < 0) continue;  // from outside: the same in every form
        const auto last = static_cast<size_t>(read.last);
        const double many = static_cast<double>(last >= begin ? items : counts_[step]);
        const double since = many * (touched_before_[step] - touched_before_[last] + read.bytes) +
                             weights_before_[step] - weights_before_[last];
        time +=
            static_cast<double>(items) * read.bytes * (read.is_first ? 2 : 1) * value_rate(since);
    }
    return time;
}

double BatchCosts::together(size_t step) const {
    const int64_t all = counts_[step];
    return overlapped(compute(step, all), reads(step, 0, all),
                      work_[step].weights * weight_rates[0]) +
           (work_[step].is_kernel ? kernel_ns : 0);
}

void BatchCosts::Loop::add(size_t step) {
    const Work& work = costs_.work_[step];
    const double compute = costs_.compute(step, items_);
    const double wait = costs_.reads(step, begin_, items_);
    for (size_t i = 0; i < times_.size(); ++i) {
        times_[i] += overlapped(compute, wait, work.weights * weight_rates[i]);
        if (work.is_kernel) times_[i] += kernel_ns;
    }
    weights_ += work.weights;
    touched_ = std::max(touched_, costs_.touched_before_[step + 1] - costs_.touched_before_[step]);
}

double BatchCosts::Loop::time() const {
    const double rounds = static_cast<double>(costs_.counts_[begin_]) / static_cast<double>(items_);
    const double round_bytes = weights_ + static_cast<double>(items_) * touched_;
    return rounds * times_[static_cast<size_t>(costs_.level(round_bytes))] * (1 + least_gain) +
           loop_ns;
}

}  // namespace lithe::passes
