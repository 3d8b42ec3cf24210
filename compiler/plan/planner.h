#pragma once

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "compiler/plan/memory.h"
#include "compiler/plan/plan.h"

namespace lithe::plan {

/// Builds one plan: values in graph order, then steps, then offsets in the arena.
///
/// A value has a root, the value whose memory it shares: itself, or what it is a reshape of. A root
/// in the arena has an interval of steps in which it is needed. Values that loops put elsewhere
/// (slices, carries, results of branches) are roots too, but have no memory of their own.
class Planner {
public:
    Planner(const ir::Program& program, const ir::Graph& graph, const KernelUses& kernels,
            std::vector<std::byte>& constants)
        : program_(program), graph_(&graph), kernels_(kernels), constants_(constants) {}

    artifact::Plan run();

private:
    using Key = std::pair<const ir::Node*, int>;
    static Key key(ir::Value v) { return {v.node, v.index}; }

    /// A loop whose steps are complete; what it places is known when all aliases are.
    struct Loop {
        struct Placed {
            int value = 0, source = 0;
            Dim offset;   ///< of a start
            Dim advance;  ///< bytes a round; 0: none
        };
        size_t begin = 0;  ///< its step
        std::vector<Placed> starts, moves;
    };
    /// What is to be known of the region of steps that is being planned.
    struct Frame {
        int first_step = 0;
        std::vector<int> kept;  ///< values that last until its end
    };

    static ir::Value storage_of(ir::Value value);
    void choose_outputs();
    void add_nodes(const ir::Graph& graph);
    void add_node(const ir::Node& node);
    void add_alias(ir::Value result, ir::Value operand);
    void add_boundary(ir::Node& node);
    void add_copy(ir::Value result, ir::Value operand);
    void add_copy_step(int from, int to);
    void add_kernel(ir::Node& node);
    int overwritten_operand(const ir::Node& node) const;
    bool dies_at(ir::Value value, const ir::Node& node) const;
    void finish_outputs();
    void lay_out();
    int slot_index(const std::string& key) const;

    int add_value(artifact::PlanValue value);
    int new_value(const TensorType& type, artifact::Space space, int index, int64_t offset = 0);
    int arena_value(const TensorType& type);
    /// Where a result is written: where it is wanted, or to the arena.
    int result_value(ir::Value result);
    int root_of(int value) const;
    /// The value whose place a value without memory of its own begins at.
    int place_of(int value) const;
    int step_count() const { return static_cast<int>(plan_.steps.size()); }
    /// Marks what a value may lie in as needed by the step that is about to be added.
    int use(ir::Value v) { return use(values_.at(key(v))); }
    int use(int value);

    // Kernels that write into a cat: planner_parts.cpp.
    /// Where an operand of a cat lies: from element `begin` of the axis on.
    struct Part {
        ir::Value whole;
        size_t axis = 0;
        Dim begin;
        Shape shape;  ///< as that of an operand; a kernel may give the result another
    };
    void find_parts();
    /// The part of a cat's memory that a result is written to.
    int part_value(ir::Value result);

    // Control flow: planner_regions.cpp.
    void add_scan(ir::Node& node);
    void add_while(ir::Node& node);
    void add_cond(ir::Node& node);
    size_t begin_loop(const artifact::SizeCode& count);
    void end_loop(size_t begin);
    void add_exit(int flag, int32_t where);
    /// A value of `type` that lies where loops put it, at first where `place` does.
    int placed_value(const TensorType& type, int place);
    /// A slice of `of` in each round; advances.
    int slice_value(const ir::Node& scan, int of, const TensorType& type, size_t begin);
    void bind_carries(const ir::Node& node, const ir::Graph& region, size_t begin);
    void bind_others(const ir::Node& node, const ir::Graph& region, int first);
    void finish_carries(ir::Node& node, const ir::Graph& region, size_t begin);
    void finish_carry(ir::Node& node, int i, ir::Value next, size_t begin);
    void finish_stacked(const ir::Graph& region, int first, const std::vector<int>& slices);
    void split_rows(const ir::Node& scan, size_t begin);
    void plan_branch(ir::Node& node, int branch, const std::vector<int>& results);
    bool is_own_result(int value, size_t begin) const;
    void place_by_loops();
    std::vector<int> aliases_of(int root) const;

    const ir::Program& program_;
    const ir::Graph* graph_;
    const KernelUses& kernels_;
    std::vector<std::byte>& constants_;
    artifact::Plan plan_;
    std::map<Key, int> values_;
    std::map<Key, int> direct_;  ///< results that have a place: which output of the model
    std::map<Key, int> wanted_;  ///< results that have a place: which value
    std::map<int, int> alias_;
    std::map<Key, Part> parts_;
    std::map<int, int64_t> within_;             ///< of aliases: bytes from where their root begins
    std::map<int, int> place_;                  ///< of values that loops put elsewhere
    std::map<int, std::vector<int>> storages_;  ///< of those: the roots they may lie in
    std::map<int, std::vector<ir::Value>> inputs_of_call_;
    std::vector<Interval> intervals_;
    std::vector<Frame> frames_;
    std::map<size_t, Loop> loops_;  ///< by their first step
    std::set<int> ping_pong_;       ///< roots that take turns with another buffer
};

}  // namespace lithe::plan
