#include "compiler/ir/program.h"

namespace lithe::ir {

Graph* Program::graph(std::string_view graph_name) const {
    for (const auto& graph : graphs) {
        if (graph->name == graph_name) return graph.get();
    }
    return nullptr;
}

const Slot* Program::slot(std::string_view key) const {
    for (const Slot& slot : slots) {
        if (slot.key == key) return &slot;
    }
    return nullptr;
}

const Symbol* Program::symbol(std::string_view symbol_name) const {
    for (const Symbol& symbol : symbols) {
        if (symbol.name == symbol_name) return &symbol;
    }
    return nullptr;
}

std::optional<int64_t> Program::sample_of(const Dim& dim) const {
    return dim.evaluate([&](const std::string& symbol_name) -> std::optional<int64_t> {
        const Symbol* known = symbol(symbol_name);
        return known ? std::optional(known->sample) : std::nullopt;
    });
}

std::vector<std::string> Program::keys_by_slot() const {
    std::vector<std::string> keys;
    for (const Slot& slot : slots) {
        if (!slot.persistent) continue;
        keys.push_back(slot.key);
        keys.insert(keys.end(), slot.aliases.begin(), slot.aliases.end());
    }
    return keys;
}

Program Program::copy() const {
    Program other{name, symbols, slots, state_keys, modules, calls, {}};
    for (const auto& g : graphs) other.graphs.push_back(g->clone());
    return other;
}

}  // namespace lithe::ir
