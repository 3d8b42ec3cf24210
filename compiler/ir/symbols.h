#pragma once

#include <map>
#include <string>

#include "dsl/op.h"

namespace lithe::ir {

/// Named sizes and what they are in one run.
using SymbolValues = std::map<std::string, int64_t>;

/// Learns the named sizes of `shape` from the sizes that it has, and checks those that are known.
/// An axis teaches where it is affine in one unknown size. False where a size does not fit.
bool bind(const Shape& shape, const Sizes& sizes, SymbolValues& values);

Dim substitute(const Dim& dim, const SymbolValues& values);
Shape substitute(const Shape& shape, const SymbolValues& values);
/// The call with known sizes put in, in operand types and attributes.
OpCall substitute(const OpCall& call, const SymbolValues& values);

}  // namespace lithe::ir
