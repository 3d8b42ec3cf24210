#include "runtime/weights.h"

#include <algorithm>
#include <cstdint>
#include <functional>

#include "runtime/bound_plan.h"
#include "runtime/code.h"
#include "runtime/error.h"
#include "runtime/file.h"
#include "runtime/partwise_executor.h"
#include "runtime/size_code.h"
#include "runtime/slice.h"
#include "runtime/text.h"

namespace lithe {
namespace {

using artifact::Space;

/// A mapped slot of so many bytes is given back while one kernel packs it, in so many parts: it and
/// what is made of it would add up to the most memory that a program ever has.
constexpr size_t large_bytes = 16 << 20;
constexpr int large_parts = 16;

/// Some prepared values in one block; the others have no memory.
struct Block {
    Block(const artifact::Artifact& artifact, const std::vector<bool>& is_held) {
        PreparedLayout layout(artifact, is_held);
        memory = AlignedMemory(layout.size_bytes);
        views = std::move(layout.views);
        for (size_t i = 0; i < views.size(); ++i) {
            if (is_held[i]) views[i].data = memory.data() + layout.offsets[i];
        }
    }

    AlignedMemory memory;
    std::vector<TensorView> views;
};

/// For every step of `prepare`, the slots that it uses last, of steps that are run. None for the
/// copies to outputs, which stand behind the steps of a plan that has none of its own.
std::vector<std::vector<size_t>> last_uses(const artifact::Artifact& artifact,
                                           const artifact::Plan& prepare,
                                           const std::vector<bool>& is_run) {
    std::vector<std::vector<size_t>> slots_of(prepare.steps.size() + prepare.outputs.size());
    std::vector<bool> is_known(artifact.slots.size(), false);
    for (size_t step = prepare.steps.size(); step-- > 0;) {
        if (!is_run[step]) continue;
        for (const int32_t value : prepare.steps[step].values) {
            const artifact::PlanValue& v = prepare.values[static_cast<size_t>(value)];
            const auto slot = static_cast<size_t>(v.index);
            if (v.space != Space::slot || is_known[slot]) continue;
            is_known[slot] = true;
            slots_of[step].push_back(slot);
        }
    }
    return slots_of;
}

size_t slot_bytes(const artifact::Artifact& artifact, size_t slot) {
    const artifact::Slot& row = artifact.slots[slot];
    return static_cast<size_t>(size_bytes(row.dtype, row.shape));
}

const artifact::Plan& prepare_plan(const Code& code) {
    if (const artifact::Plan* plan = code.plan("prepare")) return *plan;
    throw UserError("artifact.invalid", "artifact: has prepared values, but no plan 'prepare'");
}

std::vector<bool> steps_for(const artifact::Artifact& artifact, const artifact::Plan& plan,
                            const std::vector<bool>& wanted) {
    std::vector<int32_t> results;
    for (size_t i = 0; i < wanted.size(); ++i) {
        if (wanted[i]) results.push_back(plan.outputs[i]);
    }
    return needed_steps(artifact, plan, plan.steps.size(), results);
}

/// The wanted results, and those that a step which is run writes or reads on the way.
std::vector<bool> touched_by(const artifact::Plan& plan, const std::vector<bool>& is_run,
                             std::vector<bool> wanted) {
    for (size_t step = 0; step < is_run.size(); ++step) {
        if (!is_run[step]) continue;
        for (const int32_t value : plan.steps[step].values) {
            const artifact::PlanValue& v = plan.values[static_cast<size_t>(value)];
            if (v.space == Space::output) wanted[static_cast<size_t>(v.index)] = true;
        }
    }
    return wanted;
}

bool any(const std::vector<bool>& values) {
    return std::find(values.begin(), values.end(), true) != values.end();
}

}  // namespace

bool is_within(std::span<const std::byte> memory, const std::byte* address) {
    return !memory.empty() && !std::less<>()(address, memory.data()) &&
           std::less<>()(address, memory.data() + memory.size());
}

PreparedLayout::PreparedLayout(const artifact::Artifact& artifact,
                               const std::vector<bool>& is_held) {
    for (size_t i = 0; i < is_held.size(); ++i) {
        const artifact::Type& type = artifact.prepared[i];
        TensorView view{nullptr, type.dtype, {}};
        for (const artifact::SizeCode& code : type.shape) {
            view.shape.push_back(evaluate(code, {}));
        }
        offsets.push_back(size_bytes);
        const auto bytes = static_cast<size_t>(lithe::size_bytes(view));
        if (is_held[i])
            size_bytes +=
                (bytes + prepared_alignment - 1) / prepared_alignment * prepared_alignment;
        views.push_back(std::move(view));
    }
}

void prepare(const Code& code, Weights& weights, const std::vector<bool>& asked,
             Executor* executor) {
    if (!any(asked)) return;
    const artifact::Artifact& artifact = code.artifact();
    const artifact::Plan& plan = prepare_plan(code);
    // Without steps there is nothing to leave out: all results are slots or constants.
    const std::vector<bool> wanted =
        plan.steps.empty() ? std::vector<bool>(asked.size(), true) : asked;
    const std::vector<bool> is_run = steps_for(artifact, plan, wanted);
    const auto block = std::make_shared<Block>(artifact, touched_by(plan, is_run, wanted));
    const AlignedMemory arena(static_cast<size_t>(plan.arena_bytes));
    const std::vector<int64_t> no_sizes(artifact.symbols.size(), 0);
    const int64_t no_seed[2] = {0, 0};
    BoundPlan bound(code, plan, is_run);
    bound.set_arena(arena.data());
    bound.set_weights(weights);
    bound.set_random(no_seed);
    bound.set_sizes(no_sizes);
    const std::vector<std::vector<size_t>> releases = last_uses(artifact, plan, is_run);
    size_t current = 0;
    const auto release = [&] {
        for (const size_t slot : releases[current]) {
            if (weights.slots[slot].is_mapped)
                release_pages({weights.slots[slot].data, slot_bytes(artifact, slot)});
        }
    };
    const auto is_large = [&](size_t slot) {
        return weights.slots[slot].is_mapped && slot_bytes(artifact, slot) >= large_bytes;
    };
    PartwiseExecutor in_parts(executor, large_parts, release);
    KernelContext context{executor};
    const auto before_step = [&](size_t step) {
        current = step;
        const std::vector<size_t>& slots = releases[step];
        context.executor = std::any_of(slots.begin(), slots.end(), is_large) ? &in_parts : executor;
    };
    bound.run_stepwise({}, block->views, context, before_step, [&](size_t) { release(); });
    for (size_t i = 0; i < wanted.size(); ++i) {
        if (!wanted[i]) continue;
        const auto result = static_cast<size_t>(plan.outputs[i]);
        const artifact::PlanValue& value = plan.values[result];
        const bool is_there =
            value.space == Space::output && value.index == static_cast<int32_t>(i);
        if (!is_there) bound.copy_to(plan.outputs[i], block->views[i].data);
        weights.prepared[i] = {block->views[i].as<const std::byte>(), block, false};
        weights.stale[i] = false;
    }
}

std::vector<bool> prepared_for(const Code& code, std::string_view name) {
    std::vector<bool> result(code.artifact().prepared.size(), false);
    const artifact::Plan* plan = code.plan(name);
    if (plan == nullptr) return result;
    for (const artifact::PlanValue& value : plan->values) {
        if (value.space == Space::prepared) result[static_cast<size_t>(value.index)] = true;
    }
    return result;
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
