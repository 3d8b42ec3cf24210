#include "compiler/passes/fixed_values.h"

#include <algorithm>

#include "compiler/passes/constants.h"
#include "compiler/passes/kinds.h"

namespace lithe::passes {
namespace {

/// Whether the node itself could run at load time: known sizes, nothing drawn, no marks.
bool may_prepare(const ir::Node& node) {
    if (node.is("parameter") || node.is("constant") || node.is("prepared")) return true;
    if (node.is("input")) return node.attrs().has("fixed");  // of a loop that split_batch made
    return !node.is(Trait::source) && !node.is(Trait::random) && !node.body() &&
           !is_boundary(node) && !has_symbols(node);
}

}  // namespace

bool FixedValues::contains(const ir::Node& node) {
    if (const auto at = known_.find(&node); at != known_.end()) return at->second;
    const bool answer = may_prepare(node) && std::all_of(node.inputs().begin(), node.inputs().end(),
                                                         [&](ir::Value v) { return contains(v); });
    return known_[&node] = answer;
}

}  // namespace lithe::passes
