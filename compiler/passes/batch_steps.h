#pragma once

#include <vector>

#include "compiler/ir/graph.h"
#include "dsl/lowering_items.h"

namespace lithe::passes {

/// A node that depends on the graph's inputs. Items are what lies along the first axis.
struct BatchStep {
    ir::Node* node = nullptr;
    /// Of every operand; empty where the node cannot be computed item by item.
    std::vector<ItemRole> roles;
    Dim items;  ///< how many
};

/// All nodes that depend on the graph's inputs, in its order. Those between them, made of
/// parameters and constants alone, can stand in front of all.
std::vector<BatchStep> batch_steps(const ir::Graph& graph);

/// The node's attributes where it has `items` items.
Attrs attrs_for_items(const ir::Node& node, const Dim& items);

/// `type` with another number of items, and that of one of them.
TensorType with_items(TensorType type, const Dim& items);

/// Bytes of one item; its sizes are known.
int64_t item_bytes(const TensorType& type);

}  // namespace lithe::passes
