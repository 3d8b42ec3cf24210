#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "runtime/artifact.h"
#include "runtime/host_tensor.h"
#include "runtime/kernel_abi.h"
#include "runtime/parallel.h"
#include "runtime/tensor_view.h"

namespace lithe {

class BoundPlan;
class Code;
struct Weights;

/// Told of every mark that a plan passes.
class MarkListener {
public:
    virtual ~MarkListener() = default;
    virtual void at_mark(const artifact::Step& step, BoundPlan& plan) = 0;
};

/// A plan with the sizes and the memory of one caller: tables of arguments that kernels are called
/// with as they are.
class BoundPlan {
public:
    /// `code` and `plan` outlive this object. `selected` says which steps to run, by index; empty:
    /// all of them, and the copies to the outputs.
    BoundPlan(const Code& code, const artifact::Plan& plan, std::vector<bool> selected = {});
    BoundPlan(const BoundPlan&) = delete;
    BoundPlan& operator=(const BoundPlan&) = delete;

    const artifact::Plan& plan() const { return plan_; }

    // What run() needs; stays until it is set again.

    /// Memory of plan().arena_bytes; not null.
    void set_arena(std::byte* arena);
    void set_weights(const Weights& weights);
    /// The two numbers that random operations start from.
    void set_random(const int64_t (&state)[2]);
    /// One for every symbol. Errors: size.too_large, an internal error where a value leaves its
    /// place.
    void set_sizes(std::span<const int64_t> values);

    /// Makes memory for so many threads to run rounds of loops side by side, where rounds or rows
    /// do not depend on each other. Allocates only where there were fewer, or after set_sizes().
    void set_threads(int count);
    /// Bytes of that memory.
    size_t round_bytes() const;

    /// Runs the steps. The caller has checked inputs and outputs against the sizes. Allocates
    /// nothing. Errors: run.kernel, what the listener throws.
    void run(std::span<const ConstTensorView> inputs, std::span<const TensorView> outputs,
             KernelContext& context, MarkListener* listener);
    /// The same without a listener, a clock around every step: adds what the steps of plan() took,
    /// in nanoseconds, to `step_ns`; the copies to the outputs come last.
    void run_timed(std::span<const ConstTensorView> inputs, std::span<const TensorView> outputs,
                   KernelContext& context, std::vector<double>& step_ns);
    /// The same with calls before and after every step, which get its index. The one before may
    /// give the context another executor.
    void run_stepwise(std::span<const ConstTensorView> inputs, std::span<const TensorView> outputs,
                      KernelContext& context, const std::function<void(size_t)>& before_step,
                      const std::function<void(size_t)>& after_step);

    /// A value after (or, for a listener, during) a run, as the last sizes have it.
    TensorView view(int32_t value) const;
    /// Copies a value to dense memory.
    void copy_to(int32_t value, void* data) const;
    /// Which of the prepared values.
    const std::vector<bool>& uses_prepared() const { return uses_prepared_; }

private:
    /// A kernel's call where `kernel` is set; else a step of another kind.
    struct Instruction {
        lithe_kernel kernel;
        void** arguments;
        const artifact::Step* step;
        size_t loop;
        size_t index;  // of the step
    };
    struct Advance {
        size_t buffer;
        int64_t bytes;
    };
    /// A value that is put where another one is, `bytes` further on.
    struct Placing {
        size_t buffer, source;
        int64_t bytes;
    };
    struct Loop {
        size_t first;  // the instruction after its begin
        size_t after;  // the instruction after its end
        int64_t count = 0, round = 0;
        std::vector<Advance> advances;
        std::vector<Placing> starts, moves;
        std::vector<uint8_t*> places;  // of the sources of moves
        // Where rounds do not depend on each other: the part of the arena that a round writes for
        // itself, and the values in it.
        bool is_independent = false;
        int64_t low = 0, high = 0;
        std::vector<size_t> own;
        int row_blocks = 0;  // of the step
    };
    /// What a thread needs to run rounds beside others: memory and tables that name it.
    struct Worker {
        AlignedMemory memory;
        std::vector<KernelBuffer> buffers;
        std::vector<void*> arguments;
        std::vector<uint8_t*> places;  // of the sources of moves
        KernelContext context;
        void* context_pointer = nullptr;
        const Instruction* failed = nullptr;
        int result = 0;
    };

    void add_output_copies();
    void add_buffers();
    void add_arguments();
    size_t step_count() const { return plan_.steps.size() + output_copies_.size(); }
    const artifact::Step& step(size_t index) const;

    void set_extents(size_t index, std::span<const int64_t> values);
    void add_instructions(std::span<const int64_t> values);
    void open_loop(const artifact::Step& step, std::span<const int64_t> values);
    bool is_empty(int32_t value) const;
    bool is_skipped(const artifact::Step& step) const;
    std::vector<bool> used_values() const;
    void check_places(std::span<const int64_t> values) const;
    void check_placings(const Loop& loop) const;
    int64_t bytes_of(size_t value) const;
    int64_t place_bytes(const artifact::PlanValue& value, std::span<const int64_t> values) const;

    void begin(std::span<const ConstTensorView> inputs, std::span<const TensorView> outputs,
               KernelContext& context);
    void place_values();
    uint8_t* base_of(const artifact::PlanValue& value) const;
    void place_ports(std::span<const ConstTensorView> inputs, std::span<const TensorView> outputs);
    size_t run_other(const Instruction& instruction, size_t next, MarkListener* listener);
    size_t begin_loop(const Instruction& instruction);
    // Rounds side by side: bound_plan_rounds.cpp.
    void find_independent_loops();
    void find_own(Loop& loop);
    bool has_threads_for(int64_t parts) const;
    void run_side_by_side(const Loop& loop);
    void run_rounds(const Loop& loop, Worker& worker, const KernelContext& context, int64_t begin,
                    int64_t end);
    bool run_round(const Loop& loop, Worker& worker);
    void check_workers() const;
    void add_worker_tables(Worker& worker);
    // Rows side by side: bound_plan_rows.cpp.
    void run_rows_side_by_side(const Loop& loop);
    static void move_values(const Loop& loop, std::vector<KernelBuffer>& buffers,
                            std::vector<uint8_t*>& places);
    size_t end_loop(const Instruction& instruction);
    size_t leave_loop(Loop& loop, int64_t advanced);
    [[noreturn]] void fail(const Instruction& instruction, int result) const;

    const Code& code_;
    const artifact::Plan& plan_;
    std::vector<bool> selected_;
    std::vector<artifact::PlanValue> values_;  // the plan's, then the targets of output copies
    std::vector<artifact::Step> output_copies_;

    std::vector<KernelBuffer> buffers_;  // of every value
    std::vector<KernelDim> dims_;
    std::vector<int64_t> offsets_;  // in bytes from the base
    std::vector<bool> uses_prepared_;
    std::vector<size_t> ports_;   // values in inputs and outputs
    std::vector<size_t> placed_;  // values that loops put elsewhere

    std::vector<int32_t> symbols_;
    std::vector<void*> arguments_;
    std::vector<size_t> first_argument_;  // of every step
    void* context_ = nullptr;

    std::vector<Instruction> instructions_;
    std::vector<Loop> loops_;
    std::vector<size_t> open_loops_;
    std::vector<Worker> workers_;
    bool is_stepwise_ = false;

    std::byte* arena_ = nullptr;
    const Weights* weights_ = nullptr;
    const int64_t* random_ = nullptr;
    bool is_placed_ = false;
};

/// Copies an array of any strides to another of the same extents and element size.
void copy_strided(const KernelBuffer& from, const KernelBuffer& to, int64_t element_bytes);

}  // namespace lithe
