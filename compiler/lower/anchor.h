#pragma once

#include <string_view>

#include "compiler/lower/body.h"

namespace lithe::lower {

/// What may stand between the inputs of a group and its anchor.
enum class InFront {
    nothing,
    order,  ///< permutes and reshapes: how an operand lies in memory
};

/// The one node of op `name` in a group's body, where elementwise nodes alone stand behind it, up
/// to the node `end`, if any; null for any other body.
ir::Node* sole_anchor(const ir::Graph& body, std::string_view name, InFront in_front,
                      const ir::Node* end = nullptr);

/// The one node of op `name` where a group's body has nothing else but inputs; null for any other.
ir::Node* lone_node(const ir::Graph& body, std::string_view name);

/// The one node that `is_anchor` takes, with elementwise nodes and moves in front of it and nothing
/// behind: the group's one result is its. Null for any other body.
ir::Node* last_anchor(const ir::Graph& body, bool (*is_anchor)(const ir::Node&));

/// Of all panels of weights that the anchor reads; 0 where a size is not known.
int64_t panel_bytes(const ir::Node& anchor);

/// Whether a group that is built around `anchor` has one f32 result of the anchor's shape.
bool has_result_of(const ir::Node& group, const ir::Node& anchor);

}  // namespace lithe::lower
