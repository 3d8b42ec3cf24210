#pragma once

#include "dsl/lowering.h"

namespace lithe::ir {

/// The score of query `row` and key `key` with what the mask of an `attention` node makes of it; a
/// pair that is left out gets `fill`. `is_later` says that the key comes after the query.
Halide::Expr masked_score(const LowerCall& call, Halide::Expr score, const Halide::Expr& is_later,
                          const Halide::Expr& row, const Halide::Expr& key,
                          const Halide::Expr& fill);

}  // namespace lithe::ir
