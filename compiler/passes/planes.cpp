#include "compiler/passes/planes.h"

#include <algorithm>
#include <set>

#include "compiler/ir/planes.h"
#include "compiler/passes/commuted.h"
#include "compiler/passes/kinds.h"
#include "compiler/passes/packed_conv.h"

namespace lithe::passes {
namespace {

/// Narrower results leave most of a vector empty.
constexpr int64_t least_columns = 8;

/// Whether rows of pixels are taken as an image: reshape(permute(x)), x with channels last.
bool takes_rows(const ir::Node& node) {
    if (!node.is("reshape") || !node.input(0).node->is("permute")) return false;
    const auto turned = commuted(*node.input(0).node, node.type().shape);
    return turned && same(turned->perm, moved_channels(4, false));
}

/// What decides how the image lies in memory: a permute, rows or a convolution in front of it,
/// through nodes that leave the order of axes; null where there is none.
const ir::Node* maker_of(ir::Value image) {
    const ir::Node* node = image.node;
    while (node && node->type().rank() == 4) {
        if (node->is("permute") || node->is("plane_conv") || takes_rows(*node)) return node;
        if (!is_pointwise(*node) && !is_move(*node) && !ir::is_plane_window(*node)) return nullptr;
        const auto& inputs = node->inputs();
        const auto next = std::find_if(inputs.begin(), inputs.end(), [](const ir::Value& v) {
            return v.type().rank() == 4 && !v.node->is(Trait::source);
        });
        node = next == inputs.end() ? nullptr : next->node;
    }
    return nullptr;
}

bool comes_in_planes(ir::Value image) {
    const ir::Node* maker = maker_of(image);
    return maker && maker->is("plane_conv");
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

bool comes_with_channels_last(ir::Value image) {
    const ir::Node* maker = maker_of(image);
    return maker &&
           (takes_rows(*maker) || (maker->is("permute") && same(maker->attrs().get_shape("perm"),
                                                                moved_channels(4, false))));
}

bool stays_in_planes(const ir::Node& window, const Users& users) {
    std::set<const ir::Node*> seen;
    return ir::is_plane_window(window) && window.type().size(3).constant() >= least_columns &&
           (comes_in_planes(window.input(0)) || (!comes_with_channels_last(window.input(0)) &&
                                                 !goes_to_channels_last(window, users, seen)));
}

}  // namespace lithe::passes
