#include "compiler/ir/kernel_key.h"

#include <algorithm>
#include <map>

#include "compiler/ir/program.h"
#include "compiler/ir/text.h"

namespace lithe::ir {
namespace {

class SymbolOrder {
public:
    void add(const Dim& dim) {
        for (const std::string& name : dim.symbols()) {
            if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
        }
    }
    void add(const Shape& shape) {
        for (const Dim& dim : shape) add(dim);
    }
    void add(const Node& node) {
        for (const TensorType& type : node.types()) add(type.shape);
        for (const auto& [key, value] : node.attrs().items()) {
            if (const Dim* dim = std::get_if<Dim>(&value)) add(*dim);
            if (const Shape* shape = std::get_if<Shape>(&value)) add(*shape);
        }
    }

    std::vector<std::string> names;
};

Shape renamed(const Shape& shape, const std::function<std::optional<Dim>(const std::string&)>& to) {
    Shape result;
    for (const Dim& dim : shape) result.push_back(dim.substitute(to));
    return result;
}

}  // namespace

std::vector<std::string> kernel_symbols(const Graph& body) {
    SymbolOrder order;
    for (const Node* input : body.inputs()) order.add(input->type().shape);
    for (const auto& node : body.nodes()) order.add(*node);
    return std::move(order.names);
}

std::vector<std::string> kernel_symbols(const Node& group) { return kernel_symbols(*group.body()); }

std::string kernel_key(const Node& group) {
    const std::vector<std::string> symbols = kernel_symbols(group);
    const auto rename = [&](const std::string& name) -> std::optional<Dim> {
        const auto at = std::find(symbols.begin(), symbols.end(), name);
        return Dim::symbol("S" + std::to_string(at - symbols.begin()));
    };
    Graph body;
    std::map<const Node*, Node*> twins;
    for (const auto& node : group.body()->nodes()) {
        std::vector<Value> inputs;
        for (const Value& v : node->inputs()) inputs.push_back({twins.at(v.node), v.index});
        Attrs attrs = node->attrs();
        for (const auto& [key, value] : node->attrs().items()) {
            if (const Dim* dim = std::get_if<Dim>(&value)) attrs.set(key, dim->substitute(rename));
            if (const Shape* s = std::get_if<Shape>(&value)) attrs.set(key, renamed(*s, rename));
        }
        if (node->is("input")) {
            attrs.set("name", "x" + std::to_string(attrs.get_int("index")));
        }
        TensorTypes types = node->types();
        for (TensorType& type : types) type.shape = renamed(type.shape, rename);
        twins[node.get()] = body.add_node(node->op(), inputs, attrs, types);
    }
    for (const Output& output : group.body()->outputs) {
        body.outputs.push_back({"", {twins.at(output.value.node), output.value.index}, ""});
    }
    std::string key;
    for (const auto& [name, value] : group.attrs().items()) {
        key += name + " = " + attr_text(value, true) + "\n";
    }
    return key + print(body, true);
}

}  // namespace lithe::ir
