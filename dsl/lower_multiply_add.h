#pragma once

#include <Halide.h>

namespace lithe {

/// a b + c of f32 or f64, rounded once, as IEEE 754 says: NaN and infinities pass, and nothing is
/// assumed of them, unlike where Halide fuses a * b + c by itself.
///
/// An instruction on every target but x86-64-v2; LLVM joins the lanes of a vector.
Halide::Expr multiply_add(const Halide::Expr& a, const Halide::Expr& b, const Halide::Expr& c);

/// The same Expr with every multiply_add rounded twice, for targets that have no instruction for
/// it.
Halide::Expr without_multiply_add(const Halide::Expr& e);
/// The same for all that is compiled of the pipeline.
void split_multiply_adds(Halide::Pipeline& pipeline);

}  // namespace lithe
