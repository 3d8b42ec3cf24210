// Operands of a cat that the pass place_parts has left in the graph: they lie in its memory.
#include "compiler/ir/strides.h"
#include "compiler/plan/planner.h"

namespace lithe::plan {

void Planner::find_parts() {
    for (const auto& node : graph_->nodes()) {
        if (!node->is("cat")) continue;
        const auto axis = static_cast<size_t>(node->attrs().get_int("axis"));
        Dim begin = 0;
        for (const ir::Value& operand : node->inputs()) {
            const Part part{node->value(), axis, begin, operand.type().shape};
            parts_[key(operand)] = part;
            if (operand.node->is("reshape")) parts_[key(operand.node->input(0))] = part;
            begin = begin + operand.type().shape[axis];
        }
    }
}

int Planner::part_value(ir::Value result) {
    std::vector<Part> chain;
    ir::Value whole = result;
    while (parts_.contains(key(whole))) {
        chain.push_back(parts_.at(key(whole)));
        whole = chain.back().whole;
    }
    if (!values_.contains(key(whole))) values_[key(whole)] = arena_value(whole.type());
    const int root = use(whole);
    const Shape strides = ir::dense_strides(whole.type().shape);
    const Shape &operand = chain.front().shape, &shape = result.type().shape;
    const Shape own =
        same(operand, shape) ? strides : *ir::reshaped_strides(operand, strides, shape);
    Dim offset = 0;
    for (const Part& part : chain) offset = offset + part.begin * strides[part.axis];
    artifact::PlanValue value = plan_.values[static_cast<size_t>(root)];
    value.type = port_type(program_, result.type());
    for (const Dim& stride : own) value.strides.push_back(size_code(program_, stride));
    const int part = add_value(std::move(value));
    alias_[part] = root;
    within_[part] = offset.constant() * static_cast<int64_t>(size_bytes(result.type().dtype));
    return part;
}

}  // namespace lithe::plan
