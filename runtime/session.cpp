#include "runtime/session.h"

#include <algorithm>

#include "runtime/error.h"
#include "runtime/session_state.h"
#include "runtime/slice.h"
#include "runtime/text.h"

namespace lithe {
namespace {

using artifact::Step;

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

/// What a session is made of; one that was moved from has nothing. Once in the code, for its size.
template <class Pointer>
[[gnu::noinline]] auto& held(const Pointer& state) {
    if (!state) throw UserError("session.moved", "session: it was moved from, and holds nothing");
    return *state;
}

}  // namespace

/// What a run in training has made of the buffers becomes the model's.
void Session::State::update_buffers(const BoundPlan& plan) {
    if (!plan.plan().buffer_updates.empty()) model->update(plan, weights->load);
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

Session::Session(const Model& model) {
    model.artifact();  // throws where the model was moved from
    state_ = std::make_unique<State>(model.state_);
}
Session::~Session() = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;

void Session::run(std::span<const ConstTensorView> inputs, std::span<const TensorView> outputs) {
    State& state = held(state_);
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
    State& state = held(state_);
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
    State& state = held(state_);
    {
        const Running running(state.is_running);
        state.bind_sizes(inputs);
    }
    std::vector<HostTensor> outputs = state.new_outputs();
    std::vector<TensorView> views;
    for (HostTensor& output : outputs) views.push_back(output.view());
    run(inputs, views);
    return outputs;
}

std::vector<HostTensor> Session::run(std::initializer_list<ConstTensorView> inputs) {
    return run(std::span(inputs.begin(), inputs.size()));
}

std::vector<std::vector<int64_t>> Session::output_shapes(std::span<const ConstTensorView> inputs) {
    State& state = held(state_);
    const Running running(state.is_running);
    state.bind_sizes(inputs);
    return state.output_sizes;
}

std::vector<HostTensor> Session::extract(std::string_view path,
                                         std::span<const ConstTensorView> inputs,
                                         ExtractOptions options) {
    State& state = held(state_);
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
    State& state = held(state_);
    state.random[0] = static_cast<int64_t>(seed);
    state.random[1] = 0;
}

void Session::set_executor(Executor* executor) { held(state_).executor = executor; }

size_t Session::arena_bytes() const {
    const State& state = held(state_);
    size_t bytes = state.arena.size_bytes();
    for (const auto& whole : state.plans) bytes += whole.ready->bound.round_bytes();
    for (const auto& part : state.parts) bytes += part.ready->bound.round_bytes();
    return bytes;
}

}  // namespace lithe
