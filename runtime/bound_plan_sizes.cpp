// The half of BoundPlan that runs when sizes change.
#include <algorithm>
#include <cstring>

#include "runtime/bound_plan.h"
#include "runtime/code.h"
#include "runtime/error.h"
#include "runtime/size_code.h"
#include "runtime/text.h"

namespace lithe {

using artifact::PlanValue;
using artifact::Space;
using artifact::Step;

namespace {

int32_t to_int32(int64_t value, const PlanValue& of, std::span<const artifact::Symbol> symbols) {
    if (value >= INT32_MIN && value <= INT32_MAX) return static_cast<int32_t>(value);
    throw UserError("size.too_large", concat({"run: a value of type ", text(of.type, symbols),
                                              " has a size or a stride of ", std::to_string(value),
                                              ", kernels count to ", std::to_string(INT32_MAX)}));
}

int64_t dense_bytes(const artifact::Type& type, std::span<const int64_t> values) {
    int64_t bytes = size_bytes(type.dtype);
    for (const artifact::SizeCode& size : type.shape) bytes *= evaluate(size, values);
    return bytes;
}

/// The first and the last byte that a value reaches from its base.
struct Reach {
    int64_t low = 0, high = 0;

    void add(int64_t distance) { (distance < 0 ? low : high) += distance; }
};

/// What `rounds` steps of `bytes` come to; more than any place where it does not fit.
int64_t way(int64_t bytes, int64_t rounds) {
    constexpr int64_t most = INT64_MAX / 4;
    int64_t result = 0;
    const bool overflows = __builtin_mul_overflow(bytes, rounds, &result);
    if (overflows || result > most || result < -most) return bytes < 0 ? -most : most;
    return result;
}

}  // namespace

void BoundPlan::set_sizes(std::span<const int64_t> values) {
    for (size_t i = 0; i < values.size(); ++i) symbols_[i] = static_cast<int32_t>(values[i]);
    for (size_t i = 0; i < values_.size(); ++i) set_extents(i, values);
    add_instructions(values);
    check_places(values);
    find_independent_loops();
    is_placed_ = false;
}

void BoundPlan::set_extents(size_t index, std::span<const int64_t> values) {
    const PlanValue& value = values_[index];
    const std::span<const artifact::Symbol> symbols = code_.artifact().symbols;
    KernelBuffer& buffer = buffers_[index];
    int64_t dense = 1;
    for (int32_t i = 0; i < buffer.dimensions; ++i) {
        const auto outer = static_cast<size_t>(buffer.dimensions - 1 - i);
        const int64_t extent = evaluate(value.type.shape[outer], values);
        const int64_t stride =
            value.strides.empty() ? dense : evaluate(value.strides[outer], values);
        buffer.dim[i].extent = to_int32(extent, value, symbols);
        buffer.dim[i].stride = to_int32(stride, value, symbols);
        dense *= extent;
    }
    offsets_[index] = value.offset + evaluate(value.symbolic_offset, values);
}

bool BoundPlan::is_empty(int32_t value) const {
    const KernelBuffer& buffer = buffers_[static_cast<size_t>(value)];
    return std::any_of(buffer.dim, buffer.dim + buffer.dimensions,
                       [](const KernelDim& dim) { return dim.extent == 0; });
}

/// Kernels and copies that would write nothing are left out.
bool BoundPlan::is_skipped(const Step& current) const {
    if (current.kind == Step::Kind::copy) return is_empty(current.values[1]);
    if (current.kind != Step::Kind::kernel || current.output_count == 0) return false;
    return std::all_of(current.values.end() - current.output_count, current.values.end(),
                       [this](int32_t value) { return is_empty(value); });
}

void BoundPlan::add_instructions(std::span<const int64_t> values) {
    instructions_.clear();
    loops_.clear();
    open_loops_.clear();
    for (size_t i = 0; i < step_count(); ++i) {
        const Step& current = step(i);
        const bool is_selected = selected_.empty() || selected_[i];
        if (!is_selected || is_skipped(current)) continue;

        Instruction instruction{nullptr, nullptr, &current, 0, i};
        if (current.kind == Step::Kind::kernel) {
            instruction.kernel = code_.kernel(current.index);
            instruction.arguments = arguments_.data() + first_argument_[i];
        } else if (current.kind == Step::Kind::loop_begin) {
            instruction.loop = loops_.size();
            open_loop(current, values);
        } else if (current.kind == Step::Kind::loop_end) {
            instruction.loop = open_loops_.back();
            open_loops_.pop_back();
            loops_[instruction.loop].after = instructions_.size() + 1;
        } else if (current.kind == Step::Kind::loop_exit) {
            instruction.loop = open_loops_.back();
        }
        instructions_.push_back(instruction);
    }
}

void BoundPlan::open_loop(const Step& current, std::span<const int64_t> values) {
    open_loops_.push_back(loops_.size());
    Loop loop{.first = instructions_.size() + 1, .after = 0};
    loop.count = evaluate(current.count, values);
    loop.row_blocks = current.row_blocks;
    for (size_t i = 0; i < current.values.size(); ++i) {
        loop.advances.push_back(
            {static_cast<size_t>(current.values[i]), evaluate(current.advance[i], values)});
    }
    const auto is_advanced = [&](int32_t value) {
        return std::find(current.values.begin(), current.values.end(), value) !=
               current.values.end();
    };
    for (size_t i = 0; i < current.start_offsets.size(); ++i) {
        // Without a round there is no slice to begin with.
        if (loop.count < 1 && is_advanced(current.starts[2 * i])) continue;
        loop.starts.push_back({static_cast<size_t>(current.starts[2 * i]),
                               static_cast<size_t>(current.starts[2 * i + 1]),
                               evaluate(current.start_offsets[i], values)});
    }
    for (size_t i = 0; i + 1 < current.moves.size(); i += 2) {
        loop.moves.push_back(
            {static_cast<size_t>(current.moves[i]), static_cast<size_t>(current.moves[i + 1]), 0});
    }
    loop.places.resize(loop.moves.size());
    loops_.push_back(std::move(loop));
}

int64_t BoundPlan::bytes_of(size_t value) const {
    const KernelBuffer& buffer = buffers_[value];
    int64_t bytes = size_bytes(values_[value].type.dtype);
    for (int32_t i = 0; i < buffer.dimensions; ++i) {
        bytes = way(bytes, buffer.dim[i].extent);
    }
    return bytes;
}

/// What a loop puts elsewhere stays within what it is put into.
void BoundPlan::check_placings(const Loop& loop) const {
    const auto fail = [&](const Placing& placing, int64_t end) {
        throw InternalError(
            "run.place", concat({"run: value ", std::to_string(placing.buffer), " of plan ",
                                 quote(plan_.name), " is put at up to byte ", std::to_string(end),
                                 " of value ", std::to_string(placing.source), ", which has ",
                                 std::to_string(bytes_of(placing.source))}));
    };
    for (const Placing& start : loop.starts) {
        if (bytes_of(start.buffer) == 0) continue;
        Reach reach{way(start.bytes, 1), way(start.bytes, 1)};
        for (const Advance& advance : loop.advances) {
            if (advance.buffer == start.buffer) reach.add(way(advance.bytes, loop.count - 1));
        }
        const int64_t end = reach.high + bytes_of(start.buffer);
        if (reach.low < 0 || end > bytes_of(start.source)) fail(start, end);
    }
    for (const Placing& move : loop.moves) {
        const int64_t end = bytes_of(move.buffer);
        if (end > bytes_of(move.source)) fail(move, end);
    }
}

int64_t BoundPlan::place_bytes(const PlanValue& value, std::span<const int64_t> values) const {
    const artifact::Artifact& artifact = code_.artifact();
    const auto index = static_cast<size_t>(value.index);
    switch (value.space) {
        case Space::arena:
            return plan_.arena_bytes;
        case Space::input:
            return dense_bytes(artifact.inputs[index].type, values);
        case Space::output:
            return dense_bytes(
                plan_.name == "prepare" ? artifact.prepared[index] : artifact.outputs[index].type,
                values);
        case Space::slot:
            return size_bytes(artifact.slots[index].dtype, artifact.slots[index].shape);
        case Space::prepared:
            return dense_bytes(artifact.prepared[index], values);
        case Space::constant:
            return static_cast<int64_t>(code_.constants_bytes());
        case Space::random:
            return 2 * static_cast<int64_t>(sizeof(int64_t));
    }
    return 0;
}

/// The values of the steps that run at these sizes: a loop may have no rounds.
std::vector<bool> BoundPlan::used_values() const {
    std::vector<bool> used(values_.size(), false);
    for (size_t i = 0; i < instructions_.size();) {
        const Step& current = *instructions_[i].step;
        const bool is_loop = current.kind == Step::Kind::loop_begin;
        if (is_loop && loops_[instructions_[i].loop].count < 1) {
            i = loops_[instructions_[i].loop].after;
            continue;
        }
        for (const auto* list : {&current.values, &current.starts, &current.moves}) {
            for (const int32_t value : *list) used[static_cast<size_t>(value)] = true;
        }
        ++i;
    }
    return used;
}

/// The memory plan is the compiler's; that it keeps to its bounds is checked here once more.
void BoundPlan::check_places(std::span<const int64_t> values) const {
    std::vector<Reach> reaches(values_.size());
    for (const Loop& loop : loops_) {
        check_placings(loop);
        if (loop.count < 1) continue;
        for (const Advance& advance : loop.advances) {
            reaches[advance.buffer].add(way(advance.bytes, loop.count - 1));
        }
        for (const Placing& start : loop.starts) {  // its own place is its source's
            reaches[start.buffer] = {};
        }
    }
    const std::vector<bool> used = used_values();
    for (size_t i = 0; i < values_.size(); ++i) {
        if (!used[i] || is_empty(static_cast<int32_t>(i))) continue;
        const int64_t element = size_bytes(values_[i].type.dtype);
        Reach& reach = reaches[i];
        for (int32_t d = 0; d < buffers_[i].dimensions; ++d) {
            const KernelDim& dim = buffers_[i].dim[d];
            reach.add(element * dim.stride * (dim.extent - int64_t{1}));
        }
        const int64_t place = place_bytes(values_[i], values);
        if (offsets_[i] + reach.low >= 0 && offsets_[i] + reach.high + element <= place) continue;
        throw InternalError("run.place", concat({"run: value ", std::to_string(i), " of plan ",
                                                 quote(plan_.name), " reaches byte ",
                                                 std::to_string(offsets_[i] + reach.high + element),
                                                 " of ", std::to_string(place)}));
    }
}

void copy_strided(const KernelBuffer& from, const KernelBuffer& to, int64_t element_bytes) {
    // The innermost dimensions that are dense on both sides are one block.
    int64_t block = element_bytes;
    int32_t outer = 0;
    while (outer < to.dimensions && from.dim[outer].stride * element_bytes == block &&
           to.dim[outer].stride * element_bytes == block) {
        block *= to.dim[outer++].extent;
    }
    const auto copy = [&](const auto& self, int32_t dimension, const uint8_t* source,
                          uint8_t* target) -> void {
        if (dimension < outer) {
            std::memcpy(target, source, static_cast<size_t>(block));
            return;
        }
        for (int64_t i = 0; i < to.dim[dimension].extent; ++i) {
            self(self, dimension - 1, source + i * from.dim[dimension].stride * element_bytes,
                 target + i * to.dim[dimension].stride * element_bytes);
        }
    };
    copy(copy, to.dimensions - 1, from.host, to.host);
}

}  // namespace lithe
