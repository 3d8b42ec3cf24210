#include "runtime/session.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <optional>

#include "runtime/bound_plan.h"
#include "runtime/error.h"
#include "runtime/hook_run.h"
#include "runtime/model_state.h"
#include "runtime/slice.h"
#include "runtime/text.h"

namespace lithe {
namespace {

using artifact::Step;

/// By whether the model trains, then by whether it has hooks.
constexpr std::string_view plan_names[2][2] = {{"forward", "forward_hooks"},
                                               {"forward_train", "forward_train_hooks"}};

/// A plan that is ready for some sizes and weights.
struct ReadyPlan {
    BoundPlan bound;
    uint64_t sizes = 0, weights = 0;  // versions
};

/// Marks a session as running for the time of a scope.
class Running {
public:
    explicit Running(std::atomic<bool>& flag) : flag_(flag) {
        if (flag.exchange(true, std::memory_order_acquire)) {
            throw UserError("session.busy",
                            "run: this session is running; every thread needs one of its own");
        }
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() { flag_.store(false, std::memory_order_release); }

private:
    std::atomic<bool>& flag_;
};

bool overlap(const ConstTensorView& a, size_t a_bytes, const TensorView& b, size_t b_bytes) {
    const auto* first = static_cast<const std::byte*>(a.data);
    const auto* second = static_cast<const std::byte*>(b.data);
    return a_bytes != 0 && b_bytes != 0 && std::less<>()(first, second + b_bytes) &&
           std::less<>()(second, first + a_bytes);
}

}  // namespace

struct Session::State {
    explicit State(std::shared_ptr<ModelState> of) : model(std::move(of)) {
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

    const std::shared_ptr<ModelState> model;
    std::atomic<bool> is_running{false};

    // What the last inputs were like.
    uint64_t sizes_version = 0;
    std::vector<int64_t> symbols;
    std::vector<std::vector<int64_t>> input_sizes, output_sizes;
    std::vector<size_t> input_bytes, output_bytes;

    uint64_t weights_version = 0;
    std::shared_ptr<const Weights> weights;

    AlignedMemory arena;
    int64_t random[2] = {0, 0};
    std::optional<Executor*> executor;

    const artifact::Plan* compiled[2][2];  // as plan_names
    struct Whole {
        const artifact::Plan* plan;
        std::unique_ptr<ReadyPlan> ready;
    };
    std::vector<Whole> plans;
    struct Part {
        size_t mark;  // the step that gives the module's outputs
        const artifact::Plan* plan;
        std::unique_ptr<ReadyPlan> ready;
    };
    std::vector<Part> parts;

    bool has_sizes_of(std::span<const ConstTensorView> inputs) const;
    void bind_sizes(std::span<const ConstTensorView> inputs);
    void check_data(std::span<const ConstTensorView> inputs,
                    std::span<const TensorView> outputs) const;
    void check_outputs(std::span<const TensorView> outputs) const;

    const artifact::Plan& plan_for(bool with_hooks) const;
    std::unique_ptr<ReadyPlan> new_plan(const artifact::Plan& plan, std::vector<bool> selected);
    BoundPlan& ready(const artifact::Plan& plan);
    void make_ready(ReadyPlan& plan);
    void take_weights();
    bool uses_stale(const BoundPlan& plan) const;

    std::vector<HostTensor> new_outputs() const;
    void run(BoundPlan& plan, std::span<const ConstTensorView> inputs,
             std::span<const TensorView> outputs, bool with_hooks);
    void update_buffers(const BoundPlan& plan);
    Part& part_for(std::string_view path, ExtractOptions options);
};

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
            if (!overlap(inputs[i], input_bytes[i], outputs[o], output_bytes[o])) continue;
            throw UserError("output.overlap",
                            concat({"run: output ", quote(name), " overlaps input ",
                                    quote(artifact.inputs[i].name)}));
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
        model->refresh();
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
        if (weights->stale[i] && plan.uses_prepared(i)) return true;
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

/// What a run in training has made of the buffers becomes the model's.
void Session::State::update_buffers(const BoundPlan& plan) {
    const std::vector<int32_t>& pairs = plan.plan().buffer_updates;
    if (pairs.empty()) return;
    std::vector<BufferUpdate> updates;
    for (size_t i = 0; i + 1 < pairs.size(); i += 2) {
        const auto slot = static_cast<size_t>(pairs[i]);
        const artifact::Slot& row = model->code.artifact().slots[slot];
        updates.push_back({slot, HostTensor(row.dtype, row.shape)});
        plan.copy_to(pairs[i + 1], updates.back().value.data<void>());
    }
    model->update(std::move(updates), weights->load);
}

Session::State::Part& Session::State::part_for(std::string_view path, ExtractOptions options) {
    const artifact::Artifact& artifact = model->code.artifact();
    const int32_t module = model->code.module(path, "extract.unknown_module", "extract");
    const artifact::Plan& plan = plan_for(/*with_hooks=*/true);
    int calls = 0;
    for (size_t i = 0; i < plan.steps.size(); ++i) {
        const Step& step = plan.steps[i];
        if (step.kind != Step::Kind::module_output ||
            artifact.calls[static_cast<size_t>(step.index)].module != module ||
            calls++ != options.call) {
            continue;
        }
        for (Part& part : parts) {
            if (part.mark == i && part.plan == &plan) return part;
        }
        const auto outputs =
            std::span(step.values)
                .last(std::min(step.values.size(), static_cast<size_t>(step.output_count)));
        std::vector<bool> needed = needed_steps(artifact, plan, i + 1, outputs);
        parts.push_back({i, &plan, new_plan(plan, std::move(needed))});
        return parts.back();
    }
    throw UserError("extract.no_call",
                    concat({"extract: module ", quote(path), " is called ", std::to_string(calls),
                            " times, call ", std::to_string(options.call), " was asked for"}));
}

Session::Session(const Model& model) : state_(std::make_unique<State>(model.state_)) {}
Session::~Session() = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;

void Session::run(std::span<const ConstTensorView> inputs, std::span<const TensorView> outputs) {
    State& state = *state_;
    const Running running(state.is_running);
    state.bind_sizes(inputs);
    state.check_outputs(outputs);
    state.check_data(inputs, outputs);
    const bool with_hooks = state.model->hooks->has_hooks();
    BoundPlan& plan = state.ready(state.plan_for(with_hooks));
    state.run(plan, inputs, outputs, with_hooks);
    state.update_buffers(plan);
}

std::vector<double> Session::time_steps(std::span<const ConstTensorView> inputs,
                                        std::span<const TensorView> outputs) {
    State& state = *state_;
    const Running running(state.is_running);
    state.bind_sizes(inputs);
    state.check_outputs(outputs);
    state.check_data(inputs, outputs);
    BoundPlan& plan = state.ready(state.plan_for(/*with_hooks=*/false));
    KernelContext context{state.executor ? *state.executor : state.model->executor.load()};
    std::vector<double> step_ns;
    plan.run_timed(inputs, outputs, context, step_ns);
    ++state.random[1];
    state.update_buffers(plan);
    return step_ns;
}

std::vector<HostTensor> Session::run(std::span<const ConstTensorView> inputs) {
    {
        const Running running(state_->is_running);
        state_->bind_sizes(inputs);
    }
    std::vector<HostTensor> outputs = state_->new_outputs();
    std::vector<TensorView> views;
    for (HostTensor& output : outputs) views.push_back(output.view());
    run(inputs, views);
    return outputs;
}

std::vector<HostTensor> Session::run(std::initializer_list<ConstTensorView> inputs) {
    return run(std::span(inputs.begin(), inputs.size()));
}

std::vector<std::vector<int64_t>> Session::output_shapes(std::span<const ConstTensorView> inputs) {
    const Running running(state_->is_running);
    state_->bind_sizes(inputs);
    return state_->output_sizes;
}

std::vector<HostTensor> Session::extract(std::string_view path,
                                         std::span<const ConstTensorView> inputs,
                                         ExtractOptions options) {
    State& state = *state_;
    const Running running(state.is_running);
    state.bind_sizes(inputs);
    state.check_data(inputs, {});
    State::Part& part = state.part_for(path, options);
    state.make_ready(*part.ready);

    // The module's outputs may be the model's: those get memory too.
    std::vector<HostTensor> outputs = state.new_outputs();
    std::vector<TensorView> views;
    for (HostTensor& output : outputs) views.push_back(output.view());
    BoundPlan& bound = part.ready->bound;
    state.run(bound, inputs, views, state.model->hooks->has_hooks());

    const Step& mark = part.plan->steps[part.mark];
    std::vector<HostTensor> results;
    for (size_t i = mark.values.size() - static_cast<size_t>(mark.output_count);
         i < mark.values.size(); ++i) {
        const TensorView view = bound.view(mark.values[i]);
        results.emplace_back(view.dtype, view.shape);
        bound.copy_to(mark.values[i], results.back().data<void>());
    }
    return results;
}

void Session::set_seed(uint64_t seed) {
    state_->random[0] = static_cast<int64_t>(seed);
    state_->random[1] = 0;
}

void Session::set_executor(Executor* executor) { state_->executor = executor; }

size_t Session::arena_bytes() const { return state_->arena.size_bytes(); }

}  // namespace lithe
