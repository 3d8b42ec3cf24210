#include "compiler/passes/planes.h"

#include <algorithm>
#include <set>

#include "compiler/ir/planes.h"
#include "compiler/passes/kinds.h"
#include "compiler/passes/packed_conv.h"

namespace lithe::passes {
namespace {

/// Narrower results leave most of a vector empty.
constexpr int64_t least_columns = 8;

/// Whether a convolution in front has left the permute that stands behind it.
bool comes_with_channels_last(ir::Value image) {
    const ir::Node* node = image.node;
    while (node && node->type().rank() == 4) {
        if (node->is("permute"))
            return same(node->attrs().get_shape("perm"), moved_channels(4, false));
        if (!is_pointwise(*node) && !is_move(*node) && !ir::is_plane_window(*node)) return false;
        const auto& inputs = node->inputs();
        const auto next = std::find_if(inputs.begin(), inputs.end(), [](const ir::Value& v) {
            return v.type().rank() == 4 && !v.node->is(Trait::source);
        });
        node = next == inputs.end() ? nullptr : next->node;
    }
    return false;
}

/// Whether a convolution reads it, or the permute that stands in front of one.
bool goes_to_channels_last(const ir::Node& node, const Users& users,
                           std::set<const ir::Node*>& seen) {
    const auto readers = users.find(&node);
    if (readers == users.end() || !seen.insert(&node).second) return false;
    return std::any_of(readers->second.begin(), readers->second.end(), [&](const ir::Node* user) {
        if (!user) return false;
        if (user->is("conv")) return true;
        if (user->is("permute"))
            return same(user->attrs().get_shape("perm"), moved_channels(4, true));
        return (is_pointwise(*user) || ir::is_plane_window(*user)) &&
               goes_to_channels_last(*user, users, seen);
    });
}

}  // namespace

bool stays_in_planes(const ir::Node& window, const Users& users) {
    std::set<const ir::Node*> seen;
    return ir::is_plane_window(window) && window.type().size(3).constant() >= least_columns &&
           !comes_with_channels_last(window.input(0)) &&
           !goes_to_channels_last(window, users, seen);
}

}  // namespace lithe::passes
