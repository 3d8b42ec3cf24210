// What a session keeps from run to run.
#pragma once

#include <atomic>
#include <optional>

#include "runtime/bound_plan.h"
#include "runtime/model_state.h"
#include "runtime/session.h"

namespace lithe {

/// A plan that is ready for some sizes and weights.
struct ReadyPlan {
    BoundPlan bound;
    uint64_t sizes = 0, weights = 0;  // versions
};

struct Session::State {
    explicit State(std::shared_ptr<ModelState> of);
    ~State() { model->leave(); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

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

}  // namespace lithe
