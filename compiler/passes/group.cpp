#include "compiler/ir/ops.h"
#include "compiler/passes/passes.h"

namespace lithe::passes {
namespace {

bool stays(const ir::Node& node) {
    return node.is(Trait::source) || node.is("reshape") || node.is("group") ||
           node.is("module_input") || node.is("module_output");
}

}  // namespace

bool group(ir::Graph& graph) {
    return ir::rewrite(graph, [&](ir::Node& node) -> ir::Value {
        if (stays(node)) return {};
        auto body = std::make_unique<ir::Graph>();
        body->name = "body";
        std::vector<ir::Value> inner;
        for (int i = 0; i < node.input_count(); ++i) {
            inner.push_back(body->add_input("x" + std::to_string(i), node.input(i).type()));
        }
        ir::Node* twin = body->add_node(node.op(), inner, node.attrs(), node.types());
        for (int i = 0; i < static_cast<int>(node.types().size()); ++i) {
            body->outputs.push_back({"y" + std::to_string(i), twin->value(i), {}});
        }
        body->number();
        ir::Node* result = graph.add_node(ir::group_op, node.inputs(), {}, node.types());
        result->add_body(std::move(body));
        return result->value();
    });
}

}  // namespace lithe::passes
