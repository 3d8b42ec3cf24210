#pragma once

#include <optional>

#include "compiler/ir/graph.h"

namespace lithe::passes {

/// The data of a value that is known at compile time and small: a constant, or a node without
/// operands whose sizes are known, such as `full`. Undefined for others.
Array constant_data(ir::Value value);

/// The one number that all elements are; nothing where they differ or are not known. Integers
/// that a double does not hold give nothing.
std::optional<double> uniform_value(ir::Value value);

/// Whether the value is known at compile time, without looking at its data.
bool is_constant(ir::Value value);

/// Whether an attribute or result of the node names a symbolic size.
bool has_symbols(const ir::Node& node);

/// One node computed by its op's reference from known operands.
Array compute(const ir::Node& node, const std::vector<Array>& operands);

/// Larger results of nodes without operands are not computed in order to look at them.
inline constexpr int64_t largest_constant_bytes = 64 * 1024;

}  // namespace lithe::passes
