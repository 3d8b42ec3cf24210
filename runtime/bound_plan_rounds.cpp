// Loops whose rounds do not depend on each other: threads take whole rounds, each with memory of
// its own for what a round writes for itself, and nothing waits between kernels.
#include <algorithm>
#include <cstdlib>
#include <utility>

#include "runtime/bound_plan.h"

namespace lithe {

using artifact::Space;
using artifact::Step;

namespace {

/// Bytes that rounds read and write together, below which one thread does them.
constexpr int64_t least_bytes = 1 << 20;

bool holds(const std::vector<size_t>& sorted, size_t value) {
    return std::binary_search(sorted.begin(), sorted.end(), value);
}

}  // namespace

/// Rounds are independent where nothing is handed on and all that they write is a slice of a result
/// or lies in the arena for the round alone.
void BoundPlan::find_independent_loops() {
    workers_.clear();
    for (Loop& loop : loops_) {
        bool is_independent = loop.moves.empty() && loop.count > 1;
        int64_t bytes = 0;
        for (size_t i = loop.first; i + 1 < loop.after && is_independent; ++i) {
            const Step& step = *instructions_[i].step;
            is_independent = step.kind == Step::Kind::kernel || step.kind == Step::Kind::copy;
            for (const int32_t value : step.values) bytes += bytes_of(static_cast<size_t>(value));
        }
        if (!is_independent || bytes * loop.count < least_bytes) continue;
        loop.is_independent = true;
        find_own(loop);
    }
}

void BoundPlan::find_own(Loop& loop) {
    std::vector<size_t> placed;
    for (const Placing& start : loop.starts) placed.push_back(start.buffer);
    std::sort(placed.begin(), placed.end());
    using Range = std::pair<int64_t, int64_t>;
    const auto range_of = [&](size_t value) -> Range {
        int64_t last = 0;
        for (int32_t d = 0; d < buffers_[value].dimensions; ++d) {
            const KernelDim& dim = buffers_[value].dim[d];
            last += int64_t{dim.stride} * (dim.extent - int64_t{1});
        }
        return {offsets_[value],
                offsets_[value] + (last + 1) * size_bytes(values_[value].type.dtype)};
    };
    std::vector<Range> written;
    std::vector<size_t> used;
    for (size_t i = loop.first; i + 1 < loop.after; ++i) {
        const Step& step = *instructions_[i].step;
        const size_t outputs =
            step.kind == Step::Kind::copy ? 1 : static_cast<size_t>(step.output_count);
        for (size_t k = 0; k < step.values.size(); ++k) {
            const auto value = static_cast<size_t>(step.values[k]);
            const bool is_output = k + outputs >= step.values.size();
            if (holds(placed, value)) {
                const auto at = std::find_if(loop.advances.begin(), loop.advances.end(),
                                             [&](const Advance& a) { return a.buffer == value; });
                const bool is_apart =
                    at != loop.advances.end() && std::abs(at->bytes) >= bytes_of(value);
                if (is_output && !is_apart) loop.is_independent = false;
                continue;
            }
            if (values_[value].space != Space::arena) {
                if (is_output) loop.is_independent = false;
                continue;
            }
            used.push_back(value);
            if (is_output) written.push_back(range_of(value));
        }
    }
    std::sort(used.begin(), used.end());
    used.erase(std::unique(used.begin(), used.end()), used.end());
    // What only reads where a round writes is another name for it.
    const auto is_written = [&](const Range& range) {
        return std::any_of(written.begin(), written.end(), [&](const Range& other) {
            return range.first < other.second && other.first < range.second;
        });
    };
    for (const size_t value : used) {
        const Range range = range_of(value);
        if (!is_written(range)) continue;
        loop.low = loop.own.empty() ? range.first : std::min(loop.low, range.first);
        loop.high = std::max(loop.high, range.second);
        loop.own.push_back(value);
    }
    constexpr int64_t alignment = 64;
    loop.low -= loop.low % alignment;
}

void BoundPlan::set_threads(int count) {
    const auto more = static_cast<size_t>(std::max(count, 1));
    if (workers_.size() >= more) return;
    int64_t bytes = 0;
    bool has_loops = false;
    for (const Loop& loop : loops_) {
        has_loops |= loop.row_blocks > 0;
        if (!loop.is_independent) continue;
        has_loops = true;
        bytes = std::max(bytes, loop.high - loop.low);
    }
    if (!has_loops || more < 2) return;
    workers_ = std::vector<Worker>(more);
    for (size_t i = 0; i < more; ++i) {
        // The first has the arena itself.
        if (i > 0) workers_[i].memory = AlignedMemory(static_cast<size_t>(bytes));
        add_worker_tables(workers_[i]);
    }
}

size_t BoundPlan::round_bytes() const {
    size_t bytes = 0;
    for (const Worker& worker : workers_) bytes += worker.memory.size_bytes();
    return bytes;
}

/// The plan's own tables, with the worker's buffers and context in place of the plan's.
void BoundPlan::add_worker_tables(Worker& worker) {
    worker.buffers = buffers_;
    worker.arguments = arguments_;
    for (void*& argument : worker.arguments) {
        const auto* buffer = static_cast<const KernelBuffer*>(argument);
        if (argument == &context_) {
            argument = &worker.context_pointer;
        } else if (buffer >= buffers_.data() && buffer < buffers_.data() + buffers_.size()) {
            argument = worker.buffers.data() + (buffer - buffers_.data());
        }
    }
    worker.context_pointer = &worker.context;
    for (const Loop& loop : loops_)
        worker.places.resize(std::max(worker.places.size(), loop.moves.size()));
}

/// Not where threads would be idle for long at the end.
bool BoundPlan::has_threads_for(int64_t parts) const {
    const auto threads = static_cast<int64_t>(workers_.size());
    const auto* context = static_cast<const KernelContext*>(context_);
    if (is_stepwise_ || threads < 2 || context->executor == nullptr) return false;
    const int64_t turns = (parts + threads - 1) / threads;
    return context->executor->thread_count() == threads && 3 * turns * threads <= 4 * parts;
}

void BoundPlan::run_side_by_side(const Loop& loop) {
    const auto threads = static_cast<int64_t>(workers_.size());
    Executor& executor = *static_cast<KernelContext*>(context_)->executor;
    parallel_for(executor, static_cast<int>(threads), [&](int index) {
        run_rounds(loop, workers_[static_cast<size_t>(index)], {}, index * loop.count / threads,
                   (index + 1) * loop.count / threads);
    });
    check_workers();
}

void BoundPlan::check_workers() const {
    for (const Worker& worker : workers_) {
        if (worker.failed) fail(*worker.failed, worker.result);
    }
}

void BoundPlan::run_rounds(const Loop& loop, Worker& worker, const KernelContext& context,
                           int64_t begin, int64_t end) {
    worker.failed = nullptr;
    worker.context = context;
    std::copy(buffers_.begin(), buffers_.end(), worker.buffers.begin());
    if (worker.memory.data() != nullptr) {
        auto* memory = reinterpret_cast<uint8_t*>(worker.memory.data());
        for (const size_t value : loop.own)
            worker.buffers[value].host = memory + (offsets_[value] - loop.low);
    }
    for (const Advance& advance : loop.advances)
        worker.buffers[advance.buffer].host += advance.bytes * begin;
    for (int64_t round = begin; round < end; ++round) {
        worker.context.is_backwards = (round - begin) % 2 != 0;
        if (!run_round(loop, worker)) return;
        move_values(loop, worker.buffers, worker.places);
        for (const Advance& advance : loop.advances)
            worker.buffers[advance.buffer].host += advance.bytes;
    }
}

bool BoundPlan::run_round(const Loop& loop, Worker& worker) {
    for (size_t i = loop.first; i + 1 < loop.after; ++i) {
        const Instruction& instruction = instructions_[i];
        if (instruction.kernel == nullptr) {
            const std::vector<int32_t>& values = instruction.step->values;
            const auto to = static_cast<size_t>(values[1]);
            copy_strided(worker.buffers[static_cast<size_t>(values[0])], worker.buffers[to],
                         size_bytes(values_[to].type.dtype));
            continue;
        }
        void** arguments = worker.arguments.data() + (instruction.arguments - arguments_.data());
        worker.result = instruction.kernel(arguments);
        if (worker.result == 0) continue;
        worker.failed = &instruction;
        return false;
    }
    return true;
}

}  // namespace lithe
