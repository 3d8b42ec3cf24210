#include <algorithm>
#include <limits>
#include <optional>

#include "compiler/passes/batch_body.h"
#include "compiler/passes/batch_costs.h"
#include "compiler/passes/passes.h"

namespace lithe::passes {
namespace {

/// The cheapest way to cut the steps into loops and steps outside of any.
class Cutter {
public:
    Cutter(const std::vector<BatchStep>& steps, const BatchCosts& costs)
        : steps_(steps), costs_(costs), best_(steps.size() + 1) {}

    std::vector<BatchStretch> run() {
        best_[0].time = 0;
        for (size_t i = 0; i < steps_.size(); ++i) {
            offer(i + 1, best_[i].time + costs_.together(i), {});
            if (costs_.may_cut(i)) add_loops(i);
        }
        std::vector<BatchStretch> stretches;
        for (size_t at = steps_.size(); at > 0;) {
            const BatchStretch& stretch = best_[at].last;
            if (stretch.items > 0) stretches.insert(stretches.begin(), stretch);
            at = stretch.items > 0 ? stretch.begin : at - 1;
        }
        return stretches;
    }

private:
    struct Best {
        double time = std::numeric_limits<double>::infinity();
        BatchStretch last;  ///< without items: the step before alone
    };

    void offer(size_t end, double time, const BatchStretch& stretch) {
        if (time < best_[end].time) best_[end] = {time, stretch};
    }

    void add_loops(size_t begin) {
        const Dim& all = steps_[begin].items;
        if (steps_[begin].roles.empty()) return;
        const int64_t most = all.is_constant() ? all.constant() / 2 : 1;
        for (int64_t items = 1; items <= most; ++items) {
            if (all.is_constant() && all.constant() % items != 0) continue;
            BatchCosts::Loop loop(costs_, begin, items);
            for (size_t end = begin; end < steps_.size(); ++end) {
                if (steps_[end].roles.empty() || !same(steps_[end].items, all)) break;
                loop.add(end);
                if (!costs_.may_cut(end + 1)) continue;
                offer(end + 1, best_[begin].time + loop.time(), {begin, end + 1, items});
            }
        }
    }

    const std::vector<BatchStep>& steps_;
    const BatchCosts& costs_;
    std::vector<Best> best_;
};

}  // namespace

bool split_batch(ir::Graph& graph, const Machine& machine, Notes& notes) {
    // The plans for training and for hooks give every module's values as they are.
    if (graph.name != "forward") return false;
    graph.number();
    const std::vector<BatchStep> steps = batch_steps(graph);
    const BatchCosts costs(graph, steps, machine);
    const std::vector<BatchStretch> stretches = Cutter(steps, costs).run();
    if (stretches.empty()) return false;
    make_batch_loops(graph, steps, stretches, notes);
    return true;
}

}  // namespace lithe::passes
