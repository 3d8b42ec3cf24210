#pragma once

#include <cstdint>

#include "runtime/dtype.h"

namespace lithe::ir {

/// The longest line whose argsort compares every element with all others; longer ones are merged.
inline int64_t longest_ranked(DType dtype) { return size_bytes(dtype) == 8 ? 256 : 512; }

}  // namespace lithe::ir
