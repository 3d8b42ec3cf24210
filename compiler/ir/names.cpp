#include "compiler/ir/names.h"

#include <set>

#include "compiler/ir/text.h"

namespace lithe::ir {
namespace {

/// The text of a string attribute; empty where there is none.
std::string text_attr(const Node& node, const std::string& key) {
    const auto at = node.attrs().items().find(key);
    if (at == node.attrs().items().end()) return {};
    const auto* text = std::get_if<std::string>(&at->second);
    return text ? *text : std::string();
}

std::string speaking_name(const Node& node) {
    if (node.is("input")) {
        const std::string text = text_attr(node, "name");
        return is_identifier(text) ? "%" + text : "";
    }
    if (node.is("parameter")) {
        const std::string key = text_attr(node, "key");
        if (key.empty()) return {};
        return "@" + (is_plain_key(key) ? key : quoted(key));
    }
    return {};
}

}  // namespace

Names::Names(const Graph& graph) {
    std::set<std::string> taken;
    int next = 0;
    for (const auto& node : graph.nodes()) {
        std::string name = speaking_name(*node);
        if (name.empty() || !taken.insert(name).second) name = "%" + std::to_string(next++);
        names_[node.get()] = std::move(name);
        if (node->is("input")) {
            const int position = static_cast<int>(input_positions_.size());
            input_positions_[node.get()] = position;
        }
    }
}

std::string Names::of(Value value) const {
    const auto at = names_.find(value.node);
    if (at == names_.end()) return "%?";  // broken graphs are printed too
    if (value.node->types().size() == 1 && value.index == 0) return at->second;
    return at->second + "." + std::to_string(value.index);
}

}  // namespace lithe::ir
