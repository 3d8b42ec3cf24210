#include "runtime/bound_plan.h"

#include <algorithm>
#include <chrono>

#include "runtime/code.h"
#include "runtime/error.h"
#include "runtime/size_code.h"
#include "runtime/text.h"
#include "runtime/weights.h"

namespace lithe {

using artifact::PlanValue;
using artifact::Space;
using artifact::Step;

const Step& BoundPlan::step(size_t index) const {
    const size_t own = plan_.steps.size();
    return index < own ? plan_.steps[index] : output_copies_[index - own];
}

void BoundPlan::set_arena(std::byte* arena) {
    arena_ = arena;
    is_placed_ = false;
}

void BoundPlan::set_weights(const Weights& weights) {
    weights_ = &weights;
    is_placed_ = false;
}

void BoundPlan::set_random(const int64_t (&state)[2]) {
    random_ = &state[0];
    is_placed_ = false;
}

TensorView BoundPlan::view(int32_t value) const {
    const KernelBuffer& buffer = buffers_[static_cast<size_t>(value)];
    TensorView view{buffer.host, values_[static_cast<size_t>(value)].type.dtype, {}};
    for (int32_t i = buffer.dimensions; i-- > 0;) view.shape.push_back(buffer.dim[i].extent);
    return view;
}

void BoundPlan::copy_to(int32_t value, void* data) const {
    const KernelBuffer& from = buffers_[static_cast<size_t>(value)];
    KernelBuffer to = from;
    constexpr int32_t few = 8;  // for a state in a real-time loop nothing is allocated
    KernelDim own[few];
    std::vector<KernelDim> more(from.dimensions > few ? static_cast<size_t>(from.dimensions) : 0);
    const std::span<KernelDim> dims(more.empty() ? own : more.data(),
                                    static_cast<size_t>(from.dimensions));
    std::copy_n(from.dim, from.dimensions, dims.data());
    to.dim = dims.data();
    to.host = static_cast<uint8_t*>(data);
    int32_t stride = 1;
    for (KernelDim& dim : dims) {
        dim.stride = stride;
        stride *= dim.extent;
    }
    copy_strided(from, to, size_bytes(values_[static_cast<size_t>(value)].type.dtype));
}

uint8_t* BoundPlan::base_of(const PlanValue& value) const {
    const auto index = static_cast<size_t>(value.index);
    const std::byte* base = arena_;
    switch (value.space) {
        case Space::slot:
            base = weights_->slots[index].data;
            break;
        case Space::prepared:
            base = weights_->prepared[index].data;
            break;
        case Space::constant:
            base = code_.constants();
            break;
        case Space::random:
            base = reinterpret_cast<const std::byte*>(random_);
            break;
        default:
            break;
    }
    // Kernels take one kind of pointer for what they read and what they write.
    return reinterpret_cast<uint8_t*>(const_cast<std::byte*>(base));
}

void BoundPlan::place_values() {
    for (size_t i = 0; i < values_.size(); ++i) {
        const Space space = values_[i].space;
        if (space == Space::input || space == Space::output) continue;
        uint8_t* base = base_of(values_[i]);
        buffers_[i].host = base != nullptr ? base + offsets_[i] : nullptr;
    }
}

/// An empty tensor may come without memory; kernels want an address all the same.
void BoundPlan::place_ports(std::span<const ConstTensorView> inputs,
                            std::span<const TensorView> outputs) {
    for (const size_t i : ports_) {
        const auto index = static_cast<size_t>(values_[i].index);
        void* data = values_[i].space == Space::input ? const_cast<void*>(inputs[index].data)
                                                      : outputs[index].data;
        auto* base = static_cast<uint8_t*>(data != nullptr ? data : arena_);
        buffers_[i].host = base + offsets_[i];
    }
}

void BoundPlan::begin(std::span<const ConstTensorView> inputs, std::span<const TensorView> outputs,
                      KernelContext& context) {
    if (!is_placed_) place_values();
    for (const size_t i : placed_) {  // where the last run has put it means nothing to this one
        buffers_[i].host = base_of(values_[i]) + offsets_[i];
    }
    place_ports(inputs, outputs);
    context_ = &context;
    is_stepwise_ = false;
    is_placed_ = false;  // an exception may leave a loop's values where they are
    open_loops_.clear();
}

void BoundPlan::run(std::span<const ConstTensorView> inputs, std::span<const TensorView> outputs,
                    KernelContext& context, MarkListener* listener) {
    begin(inputs, outputs, context);
    const Instruction* table = instructions_.data();
    const size_t count = instructions_.size();
    for (size_t next = 0; next < count;) {
        const Instruction& instruction = table[next++];
        if (instruction.kernel != nullptr) {
            const int result = instruction.kernel(instruction.arguments);
            if (result != 0) [[unlikely]]
                fail(instruction, result);
        } else {
            next = run_other(instruction, next, listener);
        }
    }
    is_placed_ = true;
}

void BoundPlan::run_timed(std::span<const ConstTensorView> inputs,
                          std::span<const TensorView> outputs, KernelContext& context,
                          std::vector<double>& step_ns) {
    using Clock = std::chrono::steady_clock;
    step_ns.resize(step_count());
    Clock::time_point begin;
    const auto end = [&](size_t step) {
        const std::chrono::duration<double, std::nano> time = Clock::now() - begin;
        step_ns[step] += time.count();
    };
    run_stepwise(inputs, outputs, context, [&](size_t) { begin = Clock::now(); }, end);
}

void BoundPlan::run_stepwise(std::span<const ConstTensorView> inputs,
                             std::span<const TensorView> outputs, KernelContext& context,
                             const std::function<void(size_t)>& before_step,
                             const std::function<void(size_t)>& after_step) {
    begin(inputs, outputs, context);
    is_stepwise_ = true;  // rounds one after the other
    for (size_t next = 0; next < instructions_.size();) {
        const Instruction& instruction = instructions_[next++];
        before_step(instruction.index);
        if (instruction.kernel != nullptr) {
            const int result = instruction.kernel(instruction.arguments);
            if (result != 0) fail(instruction, result);
        } else {
            next = run_other(instruction, next, nullptr);
        }
        after_step(instruction.index);
    }
    is_stepwise_ = false;
    is_placed_ = true;
}

size_t BoundPlan::run_other(const Instruction& instruction, size_t next, MarkListener* listener) {
    const Step& current = *instruction.step;
    switch (current.kind) {
        case Step::Kind::copy: {
            const auto to = static_cast<size_t>(current.values[1]);
            copy_strided(buffers_[static_cast<size_t>(current.values[0])], buffers_[to],
                         size_bytes(values_[to].type.dtype));
            return next;
        }
        case Step::Kind::loop_begin:
            return begin_loop(instruction);
        case Step::Kind::loop_end:
            return end_loop(instruction);
        case Step::Kind::loop_exit: {
            const bool holds = *buffers_[static_cast<size_t>(current.values[0])].host != 0;
            if (holds != (current.index != 0)) return next;
            Loop& loop = loops_[instruction.loop];
            return leave_loop(loop, loop.round);
        }
        default:
            if (listener != nullptr) listener->at_mark(current, *this);
            return next;
    }
}

size_t BoundPlan::begin_loop(const Instruction& instruction) {
    Loop& loop = loops_[instruction.loop];
    loop.round = 0;
    static_cast<KernelContext*>(context_)->is_backwards = false;
    for (const Placing& start : loop.starts) {
        buffers_[start.buffer].host = buffers_[start.source].host + start.bytes;
    }
    if (loop.count < 1) return loop.after;
    if (loop.is_independent && has_threads_for(loop.count)) {
        run_side_by_side(loop);
    } else if (loop.row_blocks > 0 && has_threads_for(loop.row_blocks)) {
        run_rows_side_by_side(loop);
    } else {
        return loop.first;
    }
    return loop.after;
}

size_t BoundPlan::end_loop(const Instruction& instruction) {
    Loop& loop = loops_[instruction.loop];
    move_values(loop, buffers_, loop.places);
    if (++loop.round >= loop.count) return leave_loop(loop, loop.round - 1);
    static_cast<KernelContext*>(context_)->is_backwards = loop.round % 2 != 0;
    for (const Advance& advance : loop.advances) buffers_[advance.buffer].host += advance.bytes;
    return loop.first;
}

/// Takes back what `advanced` rounds have added.
size_t BoundPlan::leave_loop(Loop& loop, int64_t advanced) {
    static_cast<KernelContext*>(context_)->is_backwards = false;
    for (const Advance& advance : loop.advances) {
        buffers_[advance.buffer].host -= advance.bytes * advanced;
    }
    return loop.after;
}

void BoundPlan::fail(const Instruction& instruction, int result) const {
    for (size_t i = 0; i < step_count(); ++i) {
        if (arguments_.data() + first_argument_[i] != instruction.arguments) continue;
        if (step(i).kind != Step::Kind::kernel) continue;
        const std::string& kernel = code_.artifact().kernels[static_cast<size_t>(step(i).index)];
        throw InternalError("run.kernel", concat({"run: kernel ", quote(kernel), " in step ",
                                                  std::to_string(i), " of plan ", quote(plan_.name),
                                                  " returned ", std::to_string(result)}));
    }
    LITHE_ASSERT(false);
}

}  // namespace lithe
