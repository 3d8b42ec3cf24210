#pragma once

#include <cstdint>
#include <vector>

#include "dsl/op.h"

namespace lithe {

/// How item n of an op's results reads an operand; items lie along the first axis.
enum class ItemRole : uint8_t {
    own,    ///< item n of the operand alone
    whole,  ///< any element, in a way that n has no part in: weights
};

/// The role of every operand, found in the op's own algorithm. Empty where items are not
/// independent, or where that cannot be seen: another role, a value made of n itself, random
/// numbers, no algorithm, a result without axes.
std::vector<ItemRole> item_roles(const OpCall& call, const TensorTypes& results);

}  // namespace lithe
