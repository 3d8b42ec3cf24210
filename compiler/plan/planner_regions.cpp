// Control flow: loops and branches as brackets of steps, without a copy where none is needed.
//
// A scan reads each slice of its operands and writes each slice of its stacked results in place. A
// carry is read where the round before has written it: two buffers take turns, or, where the same
// value is also stacked, it lies among the results. In the first round it is the operand itself.
#include <algorithm>
#include <cstdint>

#include "compiler/ir/regions.h"
#include "compiler/plan/planner.h"
#include "runtime/error.h"

namespace lithe::plan {

using artifact::SizeCode;
using artifact::Space;
using artifact::Step;

namespace {

Dim bytes_of(const TensorType& type) { return Dim(size_bytes(type.dtype)) * product(type.shape); }

SizeCode constant_code(int64_t value) { return {{{SizeCode::Kind::constant, value}}}; }

}  // namespace

size_t Planner::begin_loop(const SizeCode& count) {
    Step step;
    step.kind = Step::Kind::loop_begin;
    step.count = count;
    frames_.push_back({step_count(), {}});
    const size_t begin = plan_.steps.size();
    loops_[begin].begin = begin;
    plan_.steps.push_back(std::move(step));
    return begin;
}

/// What was made before the loop and is read in it is read again in the next round.
void Planner::end_loop(size_t begin) {
    const auto first = static_cast<int>(begin);
    for (const int value : frames_.back().kept) use(value);
    for (Interval& interval : intervals_) {
        if (interval.first < first && interval.last >= first) {
            interval.last = std::max(interval.last, step_count());
        }
    }
    Step step;
    step.kind = Step::Kind::loop_end;
    plan_.steps.push_back(std::move(step));
    frames_.pop_back();
}

void Planner::add_exit(int flag, int32_t where) {
    Step step;
    step.kind = Step::Kind::loop_exit;
    step.index = where;
    step.values = {use(flag)};
    plan_.steps.push_back(std::move(step));
}

int Planner::placed_value(const TensorType& type, int place) {
    const int value = new_value(type, Space::arena, 0);
    place_[value] = place;
    storages_[value] = {};
    return value;
}

int Planner::slice_value(const ir::Node& scan, int of, const TensorType& type, size_t begin) {
    const int slice = placed_value(type, of);
    const int root = root_of(of);
    const auto at = storages_.find(root);
    storages_[slice] = at == storages_.end() ? std::vector<int>{root} : at->second;
    const Dim bytes = bytes_of(type);
    const bool is_reverse = scan.attrs().get_bool("reverse");
    const Dim last = (scan.attrs().get_dim("length") - 1) * bytes;
    loops_[begin].starts.push_back(
        {slice, of, is_reverse ? last : Dim(0), is_reverse ? -bytes : bytes});
    return slice;
}

/// The operands that stay the same in every round.
void Planner::bind_others(const ir::Node& node, const ir::Graph& region, int first) {
    const std::vector<ir::Node*> inputs = region.inputs();
    for (size_t i = static_cast<size_t>(first); i < inputs.size(); ++i) {
        const int operand = ir::operand_of_input(node, 0, static_cast<int>(i));
        values_[key(inputs[i]->value())] = values_.at(key(node.input(operand)));
    }
}

/// The node's first results: where its carries are, before, in and after the loop.
void Planner::bind_carries(const ir::Node& node, const ir::Graph& region, size_t begin) {
    const std::vector<ir::Node*> inputs = region.inputs();
    for (int i = 0; i < ir::carry_count(node); ++i) {
        const Key result = key(const_cast<ir::Node&>(node).value(i));
        if (!values_.contains(result)) {
            const int initial = values_.at(key(node.input(i)));
            const int carry = placed_value(node.type(i), initial);
            const auto at = storages_.find(root_of(initial));
            storages_[carry] =
                at == storages_.end() ? std::vector<int>{root_of(initial)} : at->second;
            values_[result] = carry;
            loops_[begin].starts.push_back({carry, initial, 0, 0});
        }
        values_[key(inputs[static_cast<size_t>(i)]->value())] = values_.at(result);
    }
}

/// Whether a value is memory of its own that the loop has begun to write in this round.
bool Planner::is_own_result(int value, size_t begin) const {
    const int root = root_of(value);
    return !storages_.contains(root) && !ping_pong_.contains(root) &&
           plan_.values[static_cast<size_t>(root)].space == Space::arena &&
           intervals_[static_cast<size_t>(root)].size_bytes > 0 &&
           intervals_[static_cast<size_t>(root)].first > static_cast<int>(begin);
}

void Planner::finish_carry(ir::Node& node, int i, ir::Value next, size_t begin) {
    const int carry = values_.at(key(node.value(i)));
    int value = values_.at(key(next));
    Loop& loop = loops_[begin];
    if (root_of(value) == carry) return;  // unchanged
    const auto stacked = std::find_if(loop.starts.begin(), loop.starts.end(), [&](const auto& s) {
        return s.value == root_of(value) && wanted_.contains(key(storage_of(next)));
    });
    if (stacked != loop.starts.end()) {  // it lies among the results
        loop.moves.push_back({carry, value, 0, 0});
        const std::vector<int>& in = storages_.at(root_of(value));
        storages_[carry].insert(storages_[carry].end(), in.begin(), in.end());
        return;
    }
    if (!is_own_result(value, begin)) {
        const int copy = arena_value(node.type(i));
        add_copy_step(value, copy);
        value = copy;
    }
    const int first = root_of(value);
    const int second = arena_value(node.type(i));
    for (const int half : {first, second}) {
        Interval& interval = intervals_[static_cast<size_t>(half)];
        interval.first = static_cast<int>(begin);
        interval.last = std::max(interval.last, step_count());
        storages_[carry].push_back(half);
    }
    intervals_[static_cast<size_t>(second)].size_bytes =
        intervals_[static_cast<size_t>(first)].size_bytes;
    ping_pong_.insert(first);
    loop.moves.push_back({carry, value, 0, 0});
    loop.moves.push_back({first, second, 0, 0});
    loop.moves.push_back({second, first, 0, 0});
}

void Planner::finish_carries(ir::Node& node, const ir::Graph& region, size_t begin) {
    for (int i = 0; i < ir::carry_count(node); ++i) {
        finish_carry(node, i, region.outputs[static_cast<size_t>(i)].value, begin);
    }
    // The memory of carries is written in one round and read in the next.
    for (int i = 0; i < ir::carry_count(node); ++i) use(node.value(i));
}

/// What could not be written straight into its slice.
void Planner::finish_stacked(const ir::Graph& region, int first, const std::vector<int>& slices) {
    for (size_t i = 0; i < slices.size(); ++i) {
        const int value = values_.at(key(region.outputs[static_cast<size_t>(first) + i].value));
        if (root_of(value) != slices[i]) add_copy_step(value, slices[i]);
    }
}

/// Threads may be in different rounds at the same time: what a round makes lies apart from all else
/// in the loop. A copy of all rows that had to be added is nobody's block.
void Planner::split_rows(const ir::Node& scan, size_t begin) {
    const bool has_kernels_alone =
        std::all_of(plan_.steps.begin() + static_cast<std::ptrdiff_t>(begin) + 1, plan_.steps.end(),
                    [](const Step& step) { return step.kind == Step::Kind::kernel; });
    if (!has_kernels_alone) return;
    plan_.steps[begin].row_blocks = static_cast<int32_t>(scan.attrs().get_int("row_blocks"));
    for (Interval& interval : intervals_) {
        if (interval.first <= static_cast<int>(begin)) continue;
        interval.first = static_cast<int>(begin);
        interval.last = std::max(interval.last, step_count());
    }
}

void Planner::add_scan(ir::Node& node) {
    const ir::Graph& region = *node.body(0);
    const int carries = ir::carry_count(node), slices = ir::slice_count(node);
    for (int i = carries; i < static_cast<int>(node.types().size()); ++i) {
        result_value(node.value(i));
    }
    const Dim& length = node.attrs().get_dim("length");
    const size_t begin = begin_loop(size_code(program_, length));
    for (int i = 0; i < node.input_count(); ++i) use(node.input(i));
    bind_carries(node, region, begin);
    const std::vector<ir::Node*> inputs = region.inputs();
    for (int i = carries; i < carries + slices; ++i) {
        values_[key(inputs[static_cast<size_t>(i)]->value())] = slice_value(
            node, values_.at(key(node.input(i))), inputs[static_cast<size_t>(i)]->type(), begin);
    }
    bind_others(node, region, carries + slices);
    std::vector<int> stacked;
    for (size_t i = static_cast<size_t>(carries); i < region.outputs.size(); ++i) {
        const ir::Value inner = region.outputs[i].value, at = storage_of(inner);
        const int result = values_.at(key(node.value(static_cast<int>(i))));
        const bool is_stacked = at.node->is("scan") && at.index >= ir::carry_count(*at.node);
        const bool is_written = (at.node->is("group") || is_stacked) && !wanted_.contains(key(at));
        const TensorType& type = is_written ? at.type() : inner.type();
        stacked.push_back(slice_value(node, result, type, begin));
        if (is_written) wanted_[key(at)] = stacked.back();
    }
    add_nodes(region);
    finish_stacked(region, carries, stacked);
    finish_carries(node, region, begin);
    for (const int slice : stacked) use(slice);
    if (node.attrs().has("row_blocks")) split_rows(node, begin);
    end_loop(begin);
}

void Planner::add_while(ir::Node& node) {
    const size_t begin = begin_loop(constant_code(INT64_MAX));
    for (int i = 0; i < node.input_count(); ++i) use(node.input(i));
    const ir::Graph &condition = *node.body(0), &body = *node.body(1);
    bind_carries(node, condition, begin);
    bind_others(node, condition, ir::carry_count(node));
    add_nodes(condition);
    add_exit(values_.at(key(condition.outputs[0].value)), 0);
    bind_carries(node, body, begin);
    bind_others(node, body, ir::carry_count(node));
    add_nodes(body);
    finish_carries(node, body, begin);
    end_loop(begin);
}

void Planner::plan_branch(ir::Node& node, int branch, const std::vector<int>& results) {
    const ir::Graph& region = *node.body(branch);
    const size_t begin = begin_loop(constant_code(1));
    add_exit(values_.at(key(node.input(0))), branch);
    bind_others(node, region, 0);
    add_nodes(region);
    for (size_t i = 0; i < results.size(); ++i) {
        const int value = use(region.outputs[i].value);
        loops_[begin].moves.push_back({results[i], value, 0, 0});
        const int root = root_of(value);
        std::vector<int>& lies_in = storages_[results[i]];
        if (const auto at = storages_.find(root); at != storages_.end()) {
            const std::vector<int> all = at->second;
            lies_in.insert(lies_in.end(), all.begin(), all.end());
        } else {
            lies_in.push_back(root);
        }
        place_.try_emplace(results[i], value);
    }
    end_loop(begin);
}

/// Two loops of at most one round, each of which puts the results where its own are.
void Planner::add_cond(ir::Node& node) {
    std::vector<int> results;
    for (int i = 0; i < static_cast<int>(node.types().size()); ++i) {
        results.push_back(new_value(node.type(i), Space::arena, 0));
        storages_[results.back()] = {};
        values_[key(node.value(i))] = results.back();
    }
    for (int i = 0; i < node.input_count(); ++i) use(node.input(i));
    plan_branch(node, 0, results);
    for (int i = 0; i < node.input_count(); ++i) use(node.input(i));
    plan_branch(node, 1, results);
    for (const int result : results) use(result);
}

std::vector<int> Planner::aliases_of(int root) const {
    std::vector<int> all{root};
    for (const auto& [alias, of] : alias_) {
        if (root_of(alias) == root) all.push_back(alias);
    }
    return all;
}

/// Writes what loops place into their first steps; reshapes of a value go where it goes.
void Planner::place_by_loops() {
    for (auto& [begin, loop] : loops_) {
        Step& step = plan_.steps[begin];
        for (const Loop::Placed& start : loop.starts) {
            for (const int value : aliases_of(start.value)) {
                step.starts.insert(step.starts.end(), {value, start.source});
                step.start_offsets.push_back(size_code(program_, start.offset));
                if (start.advance.is_constant(0)) continue;
                step.values.push_back(value);
                step.advance.push_back(size_code(program_, start.advance));
            }
        }
        for (const Loop::Placed& move : loop.moves) {
            for (const int value : aliases_of(move.value)) {
                step.moves.insert(step.moves.end(), {value, move.source});
            }
        }
    }
}

}  // namespace lithe::plan
