#include "compiler/lower/in_place.h"

#include <algorithm>

#include "compiler/lower/collapse.h"

namespace lithe::lower {
namespace {

bool is_product(const ir::Node& node) { return node.is("packed_conv") || node.is("packed_linear"); }

/// Winograd's kernels make no patch twice.
bool is_winograd(const ir::Node& node) {
    return node.is("winograd_conv") || node.is("winograd_result");
}

/// The one node that is not elementwise, behind which all others stand; null for other bodies.
const ir::Node* anchor_of(const ir::Graph& body) {
    const ir::Node* anchor = nullptr;
    for (const auto& node : body.nodes()) {
        const bool orders = node->is("permute") || node->is("reshape");
        if (node->is("input") || (orders && !anchor)) continue;
        if (!anchor && (is_product(*node) || is_winograd(*node))) {
            anchor = node.get();
        } else if (!anchor || !node->is(Trait::elementwise) || node->types().size() != 1) {
            return nullptr;
        }
    }
    return anchor;
}

/// Whether tiles of rows end with the rows: else the last one begins within the one before.
bool has_whole_tiles(const ir::Graph& body) {
    std::unique_ptr<ir::Graph> collapsed = collapse_rows(body);
    if (!collapsed) collapsed = collapse_pixels(body);
    const ir::Node& anchor = *anchor_of(collapsed ? *collapsed : body);
    if (!is_product(anchor)) return true;
    const Dim& rows = anchor.type().size(anchor.type().rank() - 2);
    if (!rows.is_constant()) return false;
    const int64_t tile = std::min(anchor.attrs().get_int("tile_rows"), rows.constant());
    return tile > 0 && rows.constant() % tile == 0;
}

}  // namespace

bool may_overwrite(const ir::Node& group, int operand) {
    const ir::Graph& body = *group.body();
    const ir::Node& input = *body.inputs()[static_cast<size_t>(operand)];
    const ir::Node* anchor = anchor_of(body);
    if (!anchor || group.types().size() != 1 || !same(input.type(), group.type())) return false;
    if (!same(anchor->type(), group.type())) return false;
    bool is_read = false;
    for (const auto& node : body.nodes()) {
        if (node->attrs().has("result_strides")) return false;
        const auto& read = node->inputs();
        if (std::none_of(read.begin(), read.end(), [&](ir::Value v) { return v.node == &input; }))
            continue;
        is_read = true;
        if (!node->is(Trait::elementwise)) return false;
    }
    return is_read && !input.attrs().has("strides") && has_whole_tiles(body);
}

}  // namespace lithe::lower
