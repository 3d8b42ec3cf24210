#include "runtime/weights.h"

#include <cstdint>

#include "runtime/bound_plan.h"
#include "runtime/code.h"
#include "runtime/error.h"
#include "runtime/file.h"
#include "runtime/size_code.h"
#include "runtime/slice.h"
#include "runtime/text.h"

namespace lithe {
namespace {

using artifact::Space;

constexpr size_t alignment_bytes = 64;

/// All prepared values in one block.
struct Block {
    explicit Block(const artifact::Artifact& artifact) {
        std::vector<size_t> offsets;
        size_t size = 0;
        for (const artifact::Type& type : artifact.prepared) {
            TensorView view{nullptr, type.dtype, {}};
            for (const artifact::SizeCode& code : type.shape) {
                view.shape.push_back(evaluate(code, {}));
            }
            offsets.push_back(size);
            const auto bytes = static_cast<size_t>(lithe::size_bytes(view));
            size += (bytes + alignment_bytes - 1) / alignment_bytes * alignment_bytes;
            views.push_back(std::move(view));
        }
        memory = AlignedMemory(size);
        for (size_t i = 0; i < views.size(); ++i) views[i].data = memory.data() + offsets[i];
    }

    AlignedMemory memory;
    std::vector<TensorView> views;
};

/// For every step of `prepare`, the slots that are used last by it and by no other plan that runs
/// without hooks.
std::vector<std::vector<size_t>> last_uses(const artifact::Artifact& artifact,
                                           const artifact::Plan& prepare) {
    constexpr size_t never = SIZE_MAX;
    std::vector<size_t> last(artifact.slots.size(), never);
    const auto visit = [&](const artifact::Plan& plan, const auto& use) {
        for (size_t step = 0; step < plan.steps.size(); ++step) {
            for (const int32_t value : plan.steps[step].values) {
                const artifact::PlanValue& v = plan.values[static_cast<size_t>(value)];
                if (v.space == Space::slot) use(static_cast<size_t>(v.index), step);
            }
        }
    };
    visit(prepare, [&](size_t slot, size_t step) { last[slot] = step; });
    for (const artifact::Plan& plan : artifact.plans) {
        if (plan.name != "forward" && plan.name != "forward_train") continue;
        visit(plan, [&](size_t slot, size_t) { last[slot] = never; });
    }
    std::vector<std::vector<size_t>> slots_of(prepare.steps.size());
    for (size_t slot = 0; slot < last.size(); ++slot) {
        if (last[slot] != never) slots_of[last[slot]].push_back(slot);
    }
    return slots_of;
}

}  // namespace

void prepare(const Code& code, Weights& weights, Executor* executor) {
    const artifact::Artifact& artifact = code.artifact();
    weights.stale.assign(artifact.prepared.size(), false);
    if (artifact.prepared.empty()) return;
    const artifact::Plan* plan = code.plan("prepare");
    if (plan == nullptr) {
        throw UserError("artifact.invalid", "artifact: has prepared values, but no plan 'prepare'");
    }

    const auto block = std::make_shared<Block>(artifact);
    const AlignedMemory arena(static_cast<size_t>(plan->arena_bytes));
    const std::vector<int64_t> no_sizes(artifact.symbols.size(), 0);
    const int64_t no_seed[2] = {0, 0};
    weights.prepared.assign(artifact.prepared.size(), {});
    BoundPlan bound(code, *plan);
    bound.set_arena(arena.data());
    bound.set_weights(weights);
    bound.set_random(no_seed);
    bound.set_sizes(no_sizes);
    KernelContext context{executor};
    const std::vector<std::vector<size_t>> releases = last_uses(artifact, *plan);
    bound.run_stepwise({}, block->views, context, [&](size_t step) {
        if (step >= releases.size()) return;
        for (const size_t slot : releases[step]) {
            const artifact::Slot& row = artifact.slots[slot];
            if (!weights.slots[slot].is_mapped) continue;
            release_pages(
                {weights.slots[slot].data, static_cast<size_t>(size_bytes(row.dtype, row.shape))});
        }
    });
    for (size_t i = 0; i < block->views.size(); ++i) {
        weights.prepared[i] = {block->views[i].as<const std::byte>(), block, false};
    }
}

std::vector<bool> prepared_from(const Code& code, const std::vector<bool>& slots) {
    const artifact::Artifact& artifact = code.artifact();
    std::vector<bool> result(artifact.prepared.size(), false);
    const artifact::Plan* plan = code.plan("prepare");
    if (plan == nullptr) return result;

    const auto reads = [&](int32_t value) {
        const artifact::PlanValue& v = plan->values[static_cast<size_t>(value)];
        return v.space == Space::slot && slots[static_cast<size_t>(v.index)];
    };
    for (size_t i = 0; i < result.size(); ++i) {
        const int32_t output = plan->outputs[i];
        const std::vector<bool> needed =
            needed_steps(artifact, *plan, plan->steps.size(), {&output, 1});
        bool found = reads(output);
        for (size_t step = 0; step < needed.size(); ++step) {
            if (!needed[step]) continue;
            for (const int32_t value : plan->steps[step].values) found = found || reads(value);
        }
        result[i] = found;
    }
    return result;
}

}  // namespace lithe
