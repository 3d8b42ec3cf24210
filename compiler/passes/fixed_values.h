#pragma once

#include <map>

#include "compiler/ir/graph.h"

namespace lithe::passes {

/// Which values depend on parameters and constants alone and could be computed at load time.
/// Remembers what it was asked, so a graph may grow meanwhile, but not change.
class FixedValues {
public:
    bool contains(const ir::Node& node);
    bool contains(ir::Value value) { return contains(*value.node); }

private:
    std::map<const ir::Node*, bool> known_;
};

}  // namespace lithe::passes
