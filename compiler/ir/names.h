#pragma once

#include <map>
#include <string>

#include "compiler/ir/graph.h"

namespace lithe::ir {

/// The names that the nodes of a graph have in the text form: inputs by their name (`%x`),
/// parameters by their key (`@fc1.weight`), all others by number.
class Names {
public:
    explicit Names(const Graph& graph);

    const std::string& of(const Node& node) const { return names_.at(&node); }
    /// `%3`, or `%3.1` for a result of a node that has several.
    std::string of(Value value) const;
    /// Which input node this is, counted in the order of the text.
    int input_position(const Node& node) const { return input_positions_.at(&node); }

private:
    std::map<const Node*, std::string> names_;
    std::map<const Node*, int> input_positions_;
};

}  // namespace lithe::ir
