#include "compiler/ir/ops.h"
#include "compiler/passes/constants.h"
#include "compiler/passes/passes.h"

namespace lithe::passes {
namespace {

bool may_fold(const ir::Node& node) {
    return node.input_count() > 0 && node.types().size() == 1 && node.op().reference &&
           !node.is(Trait::random) && !node.body() && !node.is("module_input") &&
           !node.is("module_output") && !has_symbols(node);
}

}  // namespace

bool fold_constants(ir::Graph& graph) {
    return ir::rewrite(graph, [&](ir::Node& node) -> ir::Value {
        if (!may_fold(node)) return {};
        std::vector<Array> operands;
        int64_t operand_bytes = 0;
        for (const ir::Value& input : node.inputs()) {
            operands.push_back(constant_data(input));
            if (!operands.back().defined()) return {};
            operand_bytes += static_cast<int64_t>(operands.back().size_bytes());
        }
        const TensorType& type = node.type();
        const int64_t result_bytes = type.count().constant() * size_bytes(type.dtype);
        if (result_bytes > operand_bytes + largest_constant_bytes) return {};
        return graph.add(ir::constant_op, {}, {{"value", compute(node, operands)}});
    });
}

}  // namespace lithe::passes
