#pragma once

#include <string>

#include "compiler/ir/graph.h"

// What fusion asks of a node by its kind alone.
namespace lithe::passes {

/// The kind of kernels that the anchor belongs to.
std::string family_of(const ir::Node& anchor);

/// Whether a kernel of the family writes its elements several times, or reads what it wrote.
bool is_complete_last(const std::string& family);

/// Whether a kernel of the family can write its result in another order of axes.
bool writes_any_layout(const std::string& family);

/// Whether it can write in the order of a permute behind it: attention has rows of columns, or of
/// queries.
bool writes_in_order(const ir::Node& anchor, const Shape& perm);

/// A permute, or a reshape of one: an order of elements in memory.
bool is_layout(const ir::Node& node);

/// Whether the anchor reads its operands in any order of elements, or parts of them.
bool reads_layouts(const ir::Node& anchor);

/// Whether a kernel computes the node from an operand that is repeated along axes as it is: those
/// of products and convolutions in vectors read memory, and layouts may stand in front of these.
bool reads_expanded(const ir::Node& node);

/// Whether the anchor's kernel reads a part of rows in place, for the nodes behind the anchor.
bool reads_parts_of_rows(const ir::Node& anchor, const ir::Node& node);

/// Whether the anchor's kernel reads every element of its operand once: it may compute it.
bool reads_once(const ir::Node& anchor);

/// Whether attention would read keys or values, again for every block of queries, whose columns a
/// permute in front has apart.
bool reads_columns_apart(const ir::Node& node, const ir::Node& anchor);

/// Whether the anchor's kernel reads parts of its operands in place.
bool reads_parts(const ir::Node& anchor);

}  // namespace lithe::passes
