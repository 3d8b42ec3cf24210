#include <map>

#include "compiler/passes/passes.h"

namespace lithe::passes {

bool drop_module_boundaries(ir::Graph& graph) {
    std::map<std::pair<const ir::Node*, int>, ir::Value> instead;
    auto current = [&](ir::Value value) {
        const auto at = instead.find({value.node, value.index});
        return at == instead.end() ? value : at->second;
    };
    std::vector<std::unique_ptr<ir::Node>> dropped;
    for (auto& node : graph.take_nodes()) {
        for (int i = 0; i < node->input_count(); ++i) node->set_input(i, current(node->input(i)));
        if (node->is("module_input") || node->is("module_output")) {
            for (int i = 0; i < node->input_count(); ++i) {
                instead[{node.get(), i}] = node->input(i);
            }
            dropped.push_back(std::move(node));
        } else {
            graph.push(std::move(node));
        }
    }
    for (ir::Output& output : graph.outputs) output.value = current(output.value);
    graph.number();
    return !dropped.empty();
}

}  // namespace lithe::passes
