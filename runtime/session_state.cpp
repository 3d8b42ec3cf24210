#include "runtime/session_state.h"

#include <functional>

#include "runtime/error.h"
#include "runtime/hook_run.h"
#include "runtime/text.h"

namespace lithe {
namespace {

/// By whether the model trains, then by whether it has hooks.
constexpr std::string_view plan_names[2][2] = {{"forward", "forward_hooks"},
                                               {"forward_train", "forward_train_hooks"}};

bool overlap(const void* a, size_t a_bytes, const void* b, size_t b_bytes) {
    const auto* first = static_cast<const std::byte*>(a);
    const auto* second = static_cast<const std::byte*>(b);
    return a_bytes != 0 && b_bytes != 0 && std::less<>()(first, second + b_bytes) &&
           std::less<>()(second, first + a_bytes);
}

}  // namespace

Session::State::State(std::shared_ptr<ModelState> of) : model(std::move(of)) {
    const artifact::Artifact& artifact = model->code.artifact();
    symbols.resize(artifact.symbols.size());
    input_sizes.resize(artifact.inputs.size());
    output_sizes.resize(artifact.outputs.size());
    input_bytes.resize(artifact.inputs.size());
    output_bytes.resize(artifact.outputs.size());
    for (size_t i = 0; i < 4; ++i) {
        compiled[i / 2][i % 2] = model->code.plan(plan_names[i / 2][i % 2]);
    }
}

bool Session::State::has_sizes_of(std::span<const ConstTensorView> inputs) const {
    if (sizes_version == 0 || inputs.size() != input_sizes.size()) return false;
    for (size_t i = 0; i < inputs.size(); ++i) {
        if (inputs[i].dtype != model->code.artifact().inputs[i].type.dtype ||
            inputs[i].shape != input_sizes[i]) {
            return false;
        }
    }
    return true;
}

void Session::State::bind_sizes(std::span<const ConstTensorView> inputs) {
    if (has_sizes_of(inputs)) return;
    const SizeBinder& binder = model->code.sizes();
    std::vector<int64_t> values(symbols.size());
    binder.bind(inputs, values);

    symbols = std::move(values);
    for (size_t i = 0; i < inputs.size(); ++i) {
        input_sizes[i] = inputs[i].shape;
        input_bytes[i] = static_cast<size_t>(size_bytes(inputs[i]));
    }
    for (size_t i = 0; i < output_sizes.size(); ++i) {
        output_sizes[i] = binder.output_shape(i, symbols);
        output_bytes[i] = static_cast<size_t>(
            size_bytes(model->code.artifact().outputs[i].type.dtype, output_sizes[i]));
    }
    ++sizes_version;
}

void Session::State::check_outputs(std::span<const TensorView> outputs) const {
    const artifact::Artifact& artifact = model->code.artifact();
    if (outputs.size() != output_sizes.size()) {
        throw UserError("output.count", concat({"run: ", artifact.name, " gives ",
                                                std::to_string(output_sizes.size()), " outputs, ",
                                                std::to_string(outputs.size()), " were given"}));
    }
    for (size_t i = 0; i < outputs.size(); ++i) {
        if (outputs[i].dtype != artifact.outputs[i].type.dtype ||
            outputs[i].shape != output_sizes[i]) {
            model->code.sizes().check_output(i, outputs[i], symbols);
        }
    }
}

void Session::State::check_data(std::span<const ConstTensorView> inputs,
                                std::span<const TensorView> outputs) const {
    const artifact::Artifact& artifact = model->code.artifact();
    for (size_t i = 0; i < inputs.size(); ++i) {
        if (inputs[i].data == nullptr && input_bytes[i] != 0) {
            throw UserError("input.null", concat({"run: input ", quote(artifact.inputs[i].name),
                                                  " has no data"}));
        }
    }
    for (size_t o = 0; o < outputs.size(); ++o) {
        const std::string& name = artifact.outputs[o].name;
        if (outputs[o].data == nullptr && output_bytes[o] != 0) {
            throw UserError("output.null", concat({"run: output ", quote(name), " has no data"}));
        }
        for (size_t i = 0; i < inputs.size(); ++i) {
            if (!overlap(inputs[i].data, input_bytes[i], outputs[o].data, output_bytes[o]))
                continue;
            throw UserError("output.overlap",
                            concat({"run: output ", quote(name), " overlaps input ",
                                    quote(artifact.inputs[i].name)}));
        }
        for (size_t other = 0; other < o; ++other) {
            if (!overlap(outputs[other].data, output_bytes[other], outputs[o].data,
                         output_bytes[o])) {
                continue;
            }
            throw UserError("output.overlap",
                            concat({"run: output ", quote(name), " overlaps output ",
                                    quote(artifact.outputs[other].name)}));
        }
    }
}

const artifact::Plan& Session::State::plan_for(bool with_hooks) const {
    const bool is_training = model->is_training.load(std::memory_order_relaxed);
    if (const artifact::Plan* plan = compiled[is_training][with_hooks]) return *plan;
    throw UserError(with_hooks ? "hook.not_compiled" : "model.train",
                    concat({"run: ", model->code.artifact().name, " was compiled without the plan ",
                            quote(plan_names[is_training][with_hooks])}));
}

std::unique_ptr<ReadyPlan> Session::State::new_plan(const artifact::Plan& plan,
                                                    std::vector<bool> selected) {
    const auto arena_bytes = static_cast<size_t>(plan.arena_bytes);
    if (arena.data() == nullptr || arena.size_bytes() < arena_bytes) {
        AlignedMemory larger(arena_bytes);
        for (Whole& whole : plans) whole.ready->bound.set_arena(larger.data());
        for (Part& part : parts) part.ready->bound.set_arena(larger.data());
        arena = std::move(larger);
    }
    auto ready = std::unique_ptr<ReadyPlan>(
        new ReadyPlan{.bound = BoundPlan(model->code, plan, std::move(selected))});
    ready->bound.set_arena(arena.data());
    ready->bound.set_random(random);
    return ready;
}

BoundPlan& Session::State::ready(const artifact::Plan& plan) {
    for (Whole& whole : plans) {
        if (whole.plan != &plan) continue;
        make_ready(*whole.ready);
        return whole.ready->bound;
    }
    plans.push_back({&plan, new_plan(plan, {})});
    make_ready(*plans.back().ready);
    return plans.back().ready->bound;
}

void Session::State::make_ready(ReadyPlan& plan) {
    if (plan.sizes != sizes_version) {
        plan.sizes = 0;
        plan.bound.set_sizes(symbols);
        plan.sizes = sizes_version;
    }
    if (model->version() != weights_version) take_weights();
    if (uses_stale(plan.bound)) {
        model->refresh(plan.bound.uses_prepared());
        take_weights();
    }
    if (plan.weights != weights_version) {
        plan.bound.set_weights(*weights);
        plan.weights = weights_version;
    }
}

void Session::State::take_weights() { weights = model->weights(&weights_version); }

bool Session::State::uses_stale(const BoundPlan& plan) const {
    for (size_t i = 0; i < weights->stale.size(); ++i) {
        if (weights->stale[i] && plan.uses_prepared()[i]) return true;
    }
    return false;
}

std::vector<HostTensor> Session::State::new_outputs() const {
    std::vector<HostTensor> outputs;
    for (size_t i = 0; i < output_sizes.size(); ++i) {
        outputs.emplace_back(model->code.artifact().outputs[i].type.dtype, output_sizes[i]);
    }
    return outputs;
}

void Session::State::run(BoundPlan& plan, std::span<const ConstTensorView> inputs,
                         std::span<const TensorView> outputs, bool with_hooks) {
    KernelContext context{executor ? *executor : model->executor.load(std::memory_order_acquire)};
    if (!with_hooks) {
        if (context.executor) plan.set_threads(context.executor->thread_count());
        plan.run(inputs, outputs, context, nullptr);
    } else {
        HookRun listener(model->code.artifact(), *model->hooks);
        try {
            plan.run(inputs, outputs, context, &listener);
        } catch (...) {
            listener.abandon(plan, model->warning_handler());
            throw;
        }
    }
    ++random[1];
}

}  // namespace lithe
