#pragma once

#include "compiler/ir/graph.h"

namespace lithe::ir {

/// Whether the node works on lines along an axis of its one operand and keeps their sizes: rows
/// that are normalised, scanned, sorted.
inline bool is_rows(const Node& node) {
    return node.attrs().has("axis") && node.input_count() == 1 &&
           same(node.type().shape, node.input(0).type().shape);
}

/// Whether the node makes one line of the operand's type of each of its lines, and so reads them
/// more than once.
inline bool normalises_lines(const Node& node) {
    return is_rows(node) && node.types().size() == 1 &&
           node.type().dtype == node.input(0).type().dtype;
}

}  // namespace lithe::ir
