#include <algorithm>
#include <cstring>
#include <map>

#include "compiler/ir/text.h"
#include "compiler/passes/passes.h"

namespace lithe::passes {
namespace {

bool may_merge(const ir::Node& node) {
    return !node.is(Trait::random) && !node.body() && !node.is("input") &&
           !node.is("module_input") && !node.is("module_output");
}

/// Op, operands, types and attributes; large arrays by their hash.
std::string key_of(const ir::Node& node, const std::map<const ir::Node*, size_t>& order) {
    std::vector<std::pair<size_t, int>> operands;
    for (const ir::Value& v : node.inputs()) operands.emplace_back(order.at(v.node), v.index);
    if (node.is(Trait::commutative)) std::sort(operands.begin(), operands.end());
    std::string key(node.name());
    for (const auto& [at, index] : operands) {
        key += " " + std::to_string(at) + "." + std::to_string(index);
    }
    for (const TensorType& type : node.types()) key += " : " + type.str();
    for (const auto& [name, value] : node.attrs().items()) {
        key += " " + name + "=" + ir::attr_text(value, false);
    }
    return key;
}

/// Arrays are compared by their bytes: equal hashes do not suffice.
bool same_arrays(const ir::Node& a, const ir::Node& b) {
    for (const auto& [name, value] : a.attrs().items()) {
        const Array* array = std::get_if<Array>(&value);
        if (!array) continue;
        const Array x = array->dense(), y = b.attrs().get_array(name).dense();
        if (std::memcmp(x.raw(), y.raw(), x.size_bytes()) != 0) return false;
    }
    return true;
}

}  // namespace

bool eliminate_common_subexpressions(ir::Graph& graph) {
    std::map<const ir::Node*, size_t> order;
    std::map<std::string, ir::Node*> first_of;
    std::map<const ir::Node*, ir::Node*> instead;
    auto current = [&](ir::Value value) {
        const auto at = instead.find(value.node);
        return at == instead.end() ? value : ir::Value{at->second, value.index};
    };
    std::vector<std::unique_ptr<ir::Node>> dropped;
    for (auto& node : graph.take_nodes()) {
        for (int i = 0; i < node->input_count(); ++i) node->set_input(i, current(node->input(i)));
        order.emplace(node.get(), order.size());
        if (may_merge(*node)) {
            const auto [at, is_new] = first_of.try_emplace(key_of(*node, order), node.get());
            if (!is_new && same_arrays(*node, *at->second)) {
                instead[node.get()] = at->second;
                dropped.push_back(std::move(node));
                continue;
            }
        }
        graph.push(std::move(node));
    }
    for (ir::Output& output : graph.outputs) output.value = current(output.value);
    graph.number();
    return !dropped.empty();
}

}  // namespace lithe::passes
